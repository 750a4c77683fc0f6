import fc from "fast-check";
import { expect, it } from "vitest";
import { formatIssues, formatPath } from "../../src/config/issues.ts";
import { loadEstateFile, parseEstate, parseText } from "../../src/config/load.ts";
import { Scenario } from "../../rehearsal/drill/scenario.ts";
import { estateWith, issuesOf } from "./support.ts";

const URL_RULE = "must be an https:// URL without user name, query, fragment or trailing slash";
const DEPLOYMENT_KEYS = "id, region, resourceId, endpoint, model, deploymentType, tokensPerMinute, probe";
const DEPLOYMENT_TYPES =
  "Standard, GlobalStandard, DataZoneStandard, ProvisionedManaged, GlobalProvisionedManaged, DataZoneProvisionedManaged";

it.each<[path: string, value: unknown, message: string, found: string]>([
  ["name", undefined, "is required: a string", "nothing"],
  ["name", 7, "must be a string", "7"],
  ["name", "Contoso", "must be 3–40 lower-case letters, digits and inner hyphens", '"Contoso"'],
  ["cloud", "moon", "must be one of public, usGovernment, china, or must be an object", '"moon"'],
  ["cloud", { resourceManager: "https://h" }, "is required: a string", "nothing"],
  ["regions", [{ name: "eastus2" }], "must have at least 2 entries", "an array of 1"],
  ["regions[0].name", "East US 2", "must be an Azure location name: lower-case letters and digits, for example eastus2", '"East US 2"'],
  ["deployments[1].endpoint", "http://host", URL_RULE, '"http://host"'],
  ["deployments[1].endpoint", "https://host/", URL_RULE, '"https://host/"'],
  ["deployments[1].endpoint", "https://u:p@host", URL_RULE, '"https://[redacted]@host"'],
  ["deployments[1].endpoint", "https://host?key=1", URL_RULE, '"https://host?[redacted]"'],
  ["deployments[1].endpoint", "https://host:99999", URL_RULE, '"https://host:99999"'],
  ["deployments[1].deploymentType", "standard", `must be one of ${DEPLOYMENT_TYPES}`, '"standard"'],
  ["deployments[1].deploymentType", undefined, `is required: one of ${DEPLOYMENT_TYPES}`, "nothing"],
  ["deployments[1].tokensPerMinute", 0, "must be at least 1", "0"],
  ["deployments[1].apiKey", "hunter2", `is not a setting; known ones: ${DEPLOYMENT_KEYS}`, "an unknown key"],
  ["deployments[1].id", "a/b", "must be 1–80 letters, digits, dots, hyphens or underscores, and begin with a letter or digit", '"a/b"'],
  ["gateways[0]", 7, "must be an object", "7"],
  ["gateways[0].statusPath", "status", "must be a path that begins with / and has no query", '"status"'],
  ["gateways[0].pools[0].members", [], "must have at least 1 entry", "[]"],
  [
    "gateways[0].pools[0].name",
    "a pool",
    "must be an APIM backend id: 1–80 characters, no spaces and none of * # & + : < > ? /",
    '"a pool"',
  ],
  ["edges[0].origins", [], "must have at least 1 entry", "[]"],
  ["edges[0].kind", "premium", "must be one of standard, classic", '"premium"'],
  ["edges[0].origins[0].group", " ", "must not be empty or begin or end with a space", '" "'],
  ["detection.intervalSeconds", 9, "must be at least 10", "9"],
  ["detection.intervalSeconds", 15.5, "must be a whole number", "15.5"],
  ["detection.regionFailingShare", 0, "must be above 0", "0"],
  ["safety.mode", "on", "must be one of off, recommend, approve, auto", '"on"'],
  ["safety.reserveShare", 1, "must be below 1", "1"],
  ["restore.relapseBackoff", 11, "must be at most 10", "11"],
  ["evacuate.gracefulShares", [0.5, 0.6, 0], "must be strictly decreasing from below 1 and end with 0", "[0.5,0.6,0]"],
  ["evacuate.gracefulShares", [1, 0], "must be strictly decreasing from below 1 and end with 0", "[1,0]"],
  ["evacuate.gracefulShares", [0.5, 0.25], "must be strictly decreasing from below 1 and end with 0", "[0.5,0.25]"],
  ["restore.gracefulShares", [0.5, 0.5, 1], "must be strictly increasing from above 0 and end with 1", "[0.5,0.5,1]"],
  ["restore.gracefulShares", [0, 1], "must be strictly increasing from above 0 and end with 1", "[0,1]"],
])("%s = %j is refused with what is allowed and what was found", (path, value, message, found) => {
  expect(issuesOf(estateWith({ [path]: value }))).toContainEqual({ path: expect.stringMatching(`^${escape(path)}`), message, found });
});

function escape(text: string): string {
  return text.replace(/[[\]]/g, "\\$&");
}

it("more members than API Management allows in a pool are refused", () => {
  const members = Array.from({ length: 31 }, (_, index) => ({ backend: `b${index}`, deployment: "gpt-4o-eastus2" }));
  const issues = issuesOf(estateWith({ "gateways[0].pools[0].members": members }));
  expect(issues).toContainEqual({ path: "gateways[0].pools[0].members", message: "must have at most 30 entries", found: "an array of 31" });
});

it("all problems are reported at once, structural and cross-field, the first of them unharmed by the second", () => {
  const changes = { name: 1, "gateways[1].region": "nowhere", "edges[0].kind": "x", "detection.window": 3, "deployments[2].extra": true };
  expect(issuesOf(estateWith(changes)).map(({ path }) => path)).toEqual([
    "name",
    "deployments[2].extra",
    "edges[0].kind",
    "gateways[1].region",
    "detection.failuresToFail",
  ]);
});

it.each(["[]", "null", "7", '"text"', "{}", '{"gateways":{},"regions":[null],"edges":[[]],"safety":[],"detection":7,"__proto__":{}}'])(
  "%s is refused without throwing",
  (text) => {
    expect(parseEstate(text)).toMatchObject({ ok: false });
  },
);

it("whatever stands at whatever key, parsing ends with issues or an estate, never with an exception", () => {
  const keys = [
    "name",
    "cloud",
    "regions",
    "deployments",
    "gateways",
    "gateways[0].pools",
    "gateways[1].pools[0].members",
    "edges",
    "edges[0].origins",
  ];
  const sections = ["detection", "safety.minHealthyRegions", "evacuate.gracefulShares", "restore", "detection.window"];
  fc.assert(
    fc.property(fc.constantFrom(...keys, ...sections), fc.jsonValue({ maxDepth: 3 }), (key, value) => {
      const loaded = parseEstate(estateWith({ [key]: value }));
      expect(loaded.ok || loaded.issues.length > 0).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it("an unknown key's value is never shown", () => {
  expect(JSON.stringify(issuesOf(estateWith({ "detection.token": "hunter2" })))).not.toContain("hunter2");
});

it("a long value is shortened", () => {
  const [issue] = issuesOf(estateWith({ name: "x y".repeat(100) }));
  expect(issue?.found).toHaveLength(121);
});

it("a file that cannot be read is an issue", async () => {
  expect(await loadEstateFile("/nowhere/estate.json")).toEqual({
    ok: false,
    issues: [{ path: "", message: "cannot be read (ENOENT)", found: "nothing" }],
  });
});

it("an alternative that does not exist lists those that do", () => {
  const parsed = parseText(
    Scenario,
    '{"name":"abc","title":"x","durationMinutes":1,"estate":"e","traffic":{},"faults":[{"kind":"flood"}]}',
  );
  expect(parsed).toMatchObject({
    issues: [{ path: "faults[0].kind", message: expect.stringMatching(/^must be one of foundryDown, /) as string }],
  });
});

it("issues print one a line under the file's name", () => {
  const one = { path: "a[0].b", message: "must be a string", found: "7" };
  expect(formatIssues([one], "x.json")).toBe("x.json: 1 problem\n  a[0].b: must be a string (found 7)");
  expect(formatIssues([one, { ...one, path: "" }], "x.json")).toBe(
    "x.json: 2 problems\n  a[0].b: must be a string (found 7)\n  (whole file): must be a string (found 7)",
  );
});

it("a key that is no plain name is quoted in a path", () => {
  expect(formatPath(["traffic", "clients", "east us", 0])).toBe('traffic.clients["east us"][0]');
});
