/** The app may do what it does, and nothing else: its calls, as the embedded Azure saw them, against the roles that a deployment assigns. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import { scaled } from "../../rehearsal/constants.ts";
import { createEdgeRouter } from "../../src/azure/front-door/edge-router.ts";
import type { Estate } from "../../src/domain/estate.ts";
import { rehearsed } from "../rehearsal-azure/start.ts";
import { describeCompiled } from "./support/compiler.ts";
import { anyAudience, driveReaders, driveRouters, estateAt } from "./support/drive.ts";
import { loadedEstate } from "./support/estate.ts";
import { INFRA } from "./support/files.ts";
import { finallyOfType, ofType, platformOf } from "./support/platform.ts";
import { locations } from "./support/recording.ts";
import { allows, covers, customRoles, grants, neededFor, type Needed } from "./support/roles.ts";

const ALLOWED: readonly string[] = JSON.parse(readFileSync(join(INFRA, "access/actuator-actions.json"), "utf8"));
const WORKSPACE = "00000000-0000-4000-8000-00000000000a";

/** Modules that ask Azure's management. Each is driven below; a new one belongs into support/drive.ts. */
const ASKING = [
  "apim/pool-router.ts",
  "foundry/capacity-reader.ts",
  "front-door/classic.ts",
  "front-door/operation.ts",
  "front-door/standard.ts",
  "monitor/gateway-log-reader.ts",
  "monitor/metric-names.ts",
  "monitor/metric-source.ts",
  "monitor/metrics-reader.ts",
];

it("the modules that ask Azure's management are known", () => {
  const folder = join(import.meta.dirname, "../../src/azure");
  const asks = /from "@azure\/(arm-|monitor-query)|\bresourceManagerAudience\b/;
  const found = globSync("**/*.ts", { cwd: folder }).filter((file) => asks.test(readFileSync(join(folder, file), "utf8")));
  // options.ts holds what all of them say.
  expect(found.toSorted()).toEqual([...ASKING, "arm/options.ts"].toSorted());
});

describe("an action", () => {
  it.each([
    ["GET", "/subscriptions/s/resourceGroups/g/providers/A.B/c/1/d/2", "A.B/c/d/read"],
    ["PATCH", "/subscriptions/s/resourceGroups/g/providers/A.B/c/1", "A.B/c/write"],
    ["GET", "/subscriptions/s/resourceGroups/g/providers/A.B/c/1/providers/Microsoft.Insights/metrics", "Microsoft.Insights/metrics/read"],
  ])("of %s %s is %s", (method, path, action) => expect(neededFor(method, path).action).toBe(action));

  it.each([
    ["*/read", "A.B/c/read", true],
    ["*/read", "A.B/c/write", false],
    ["A.B/*/read", "A.B/c/d/read", true],
    ["A.B/c/read", "A.B/c/d/read", false],
    ["A.B/c/read", "a.b/C/read", true],
  ])("%s allows %s: %s", (pattern, action, allowed) => expect(allows(pattern, action)).toBe(allowed));
});

describeCompiled("access", async (compiler) => {
  const platform = await platformOf(compiler, join(INFRA, "examples/hub-to-hub-2.bicepparam"));
  const declared = loadedEstate(platform);
  // Only a deployment knows the workspace's id; any will do here.
  const estate: Estate = { ...declared, signals: { ...declared.signals, logs: { workspaceId: WORKSPACE } } };
  const running = rehearsed({}, { platform: platformFromEstate(estate, scaled()) });
  const [identity] = ofType(platform, "Microsoft.ManagedIdentity/userAssignedIdentities");
  const held = grants(platform);
  const ofApp = held.filter(({ holder }) => holder === identity?.id);
  const needs: Needed[] = [];

  /** What is asked beside Resource Manager is allowed by an action too: metrics at the subscription, logs at the workspace. */
  function needed(method: string, path: string): Needed {
    const [, subscription] = /^\/metrics-batch\/[^/]+(\/subscriptions\/[^/]+)\//.exec(path) ?? [];
    if (subscription !== undefined) return { action: "Microsoft.Insights/metrics/read", scope: subscription };
    const workspace = finallyOfType(platform, "Microsoft.OperationalInsights/workspaces")[0]?.id ?? "";
    if (path.includes(WORKSPACE)) return { action: "Microsoft.OperationalInsights/workspaces/query/read", scope: workspace };
    return neededFor(method, path);
  }

  beforeAll(async () => {
    const [at, credential] = [estateAt(running(), estate), anyAudience(running())];
    await driveReaders(at, credential);
    // A write's progress is asked where its answer says: by `Azure-AsyncOperation`, or by `Location` when there is nothing else.
    const places = await locations(() => driveRouters(at, credential));
    const edges = createEdgeRouter(at, credential);
    for (const place of places) for (const edge of at.edges) expect(await edges.poll(edge, place)).toMatchObject({ ok: true });
    needs.push(...running().azure.calls.map(({ method, resource }) => needed(method, resource)));
  });

  it("the actuator's role has the actions of its list and nothing else", () => {
    const nothing = { notActions: [], dataActions: [], notDataActions: [] };
    expect(customRoles(platform).map(({ permissions }) => permissions)).toEqual([{ actions: ALLOWED, ...nothing }]);
  });

  it("every action of the list is used by a call of the app, where the role is assigned", () => {
    const actuator = ofApp.filter(({ role }) => role === "actuator");
    const used = (action: string): boolean => needs.some((need) => actuator.some((grant) => covers({ ...grant, actions: [action] }, need)));
    expect(ALLOWED.filter((action) => !used(action))).toEqual([]);
    // It bites.
    expect(used("Microsoft.ApiManagement/service/backends/delete")).toBe(false);
  });

  it("every call of the app is allowed by a role that it is assigned", () => {
    expect(needs.length).toBeGreaterThan(10);
    expect(needs.filter((need) => !ofApp.some((grant) => covers(grant, need)))).toEqual([]);
  });

  it.each(["actuator", "Monitoring Reader", "Cognitive Services Usages Reader"])("without %s some call would be refused", (role) => {
    const rest = ofApp.filter((grant) => grant.role !== role);
    const refused = needs.filter((need) => !rest.some((grant) => covers(grant, need)));
    // Whoever reads all metrics reads quota too: Usages Reader is there for the day when that role shrinks.
    expect(refused.length > 0).toBe(role !== "Cognitive Services Usages Reader");
  });

  it("writes are allowed on gateways and the Front Door's group alone, and by no other role", () => {
    const writers = held.filter(({ actions }) => actions.some((action) => !action.endsWith("/read")));
    const gateways = finallyOfType(platform, "Microsoft.ApiManagement/service").map(({ id }) => id);
    const [profile = ""] = ofType(platform, "Microsoft.Cdn/profiles").map(({ id }) => id.split("/providers/")[0]);
    const actuators = writers.filter(({ role }) => role === "actuator");
    expect(actuators.map(({ scope }) => scope).toSorted()).toEqual([...gateways, profile].toSorted());
    expect(actuators.every(({ holder }) => holder === identity?.id)).toBe(true);
    expect(new Set(writers.map(({ role }) => role))).toEqual(new Set(["actuator", "Monitoring Reader", "Log Analytics Reader"]));
  });

  it("the app and every gateway may ask every account's models", () => {
    const askers = [identity?.id, ...finallyOfType(platform, "Microsoft.ApiManagement/service").map(({ id }) => id)];
    const accounts = ofType(platform, "Microsoft.CognitiveServices/accounts").map(({ id }) => id);
    const may = held.filter(({ role }) => role === "Cognitive Services OpenAI User").map(({ holder, scope }) => `${holder} ${scope}`);
    expect(may.toSorted()).toEqual(askers.flatMap((asker) => accounts.map((account) => `${asker} ${account}`)).toSorted());
  });

  it("the app owns its storage's data", () => {
    const [storage] = ofType(platform, "Microsoft.Storage/storageAccounts");
    const roles = ofApp.filter(({ scope }) => scope === storage?.id).map(({ role }) => role);
    expect(roles.toSorted()).toEqual(["Storage Blob Data Owner", "Storage Queue Data Contributor", "Storage Table Data Contributor"]);
  });
});
