/** azd's hooks: what they run and write, given what azd hands over. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { estateFile } from "../../scripts/infra/estate-file.ts";
import { environmentOf, HOOKS, type Hands } from "../../scripts/infra/hooks.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const example = JSON.parse(readFileSync(`${ROOT}examples/hub-to-hub.estate.json`, "utf8")) as Estate;
const { $schema: _, ...topology } = example;
/** As the template puts it: nulls where it says nothing, and no workspace. */
const output = { ...topology, regions: topology.regions.map((region) => ({ dataBoundary: null, ...region })), signals: { logs: null } };
const WORKSPACE = "5e1c3a52-1111-4b4a-9d53-2f7a3f0c8e11";
const ENVIRONMENT = {
  AZURE_ENV_NAME: "prod",
  AZURE_LOCATION: "centralus",
  AZURE_SUBSCRIPTION_ID: "00000000-0000-0000-0000-000000000001",
  estate: JSON.stringify(output),
  workspaceCustomerId: WORKSPACE,
};

interface Estate {
  readonly $schema?: string;
  readonly regions: readonly { readonly name: string }[];
  readonly deployments: readonly { readonly id: string }[];
  readonly safety?: object;
}

interface Recorder extends Hands {
  readonly commands: readonly string[];
  readonly written: ReadonlyMap<string, string>;
}

function recorder(answer = ""): Recorder {
  const commands: string[] = [];
  const written = new Map<string, string>();
  return {
    commands,
    written,
    run: (command) => void commands.push(command.join(" ")),
    ask(command) {
      commands.push(command.join(" "));
      return answer;
    },
    write: (file, text) => void written.set(file, text),
    say: (text) => void commands.push(text),
  };
}

describe("postprovision", () => {
  it("writes the deployed estate beside azd's own file, with the workspace and without nulls", () => {
    const hands = recorder();
    HOOKS.postprovision(ENVIRONMENT, hands);
    const text = hands.written.get(".azure/prod/estate.json") ?? "";
    expect(JSON.parse(text)).toMatchObject({ regions: topology.regions, signals: { logs: { workspaceId: WORKSPACE } } });
    expect(text).not.toContain("null");
  });

  it("keeps what people added to the file, and lets go what the infrastructure no longer has", () => {
    const first = JSON.parse(estateFile({ estate: ENVIRONMENT.estate, workspaceCustomerId: WORKSPACE }, undefined)) as Estate;
    const [kept, gone] = first.deployments;
    const edited = {
      ...first,
      detection: { probeDeadlineSeconds: 7 },
      deployments: [
        ...first.deployments.map((each) => (each === kept ? { ...each, probe: { kind: "completion" } } : each)),
        { ...gone, id: "gone" },
      ],
    };
    const after = JSON.parse(estateFile({ estate: ENVIRONMENT.estate, workspaceCustomerId: WORKSPACE }, JSON.stringify(edited))) as Estate;
    expect(after).toMatchObject({ detection: { probeDeadlineSeconds: 7 } });
    expect(after.deployments).toEqual([{ ...kept, probe: { kind: "completion" } }, ...first.deployments.slice(1)]);
  });

  it("the infrastructure's word wins over the file's", () => {
    const told = JSON.stringify({ ...output, safety: { mode: "recommend" } });
    const before = JSON.stringify({ ...topology, safety: { mode: "auto", cooldownSeconds: 900 } });
    const after = JSON.parse(estateFile({ estate: told, workspaceCustomerId: WORKSPACE }, before)) as Estate;
    expect(after.safety).toEqual({ mode: "recommend", cooldownSeconds: 900 });
  });

  it("writes nothing after a preview, which has no outputs, and is no failure", () => {
    const hands = recorder();
    HOOKS.postprovision({ AZURE_ENV_NAME: "prod" }, hands);
    expect(hands.commands).toEqual([expect.stringContaining("no estate written")]);
    expect(hands.written.size).toBe(0);
  });

  it("says where a file is no JSON any more that people wrote in", () => {
    const before = '{ "name": "x", }';
    expect(() => estateFile({ estate: ENVIRONMENT.estate, workspaceCustomerId: WORKSPACE }, before)).toThrow(/estate file: .*\n.*line 1/);
  });

  it("writes nothing that the app would refuse", () => {
    const hands = recorder();
    const bad = { ...ENVIRONMENT, estate: JSON.stringify({ ...output, regions: [] }) };
    expect(() => HOOKS.postprovision(bad, hands)).toThrow("regions");
    expect(hands.written.size).toBe(0);
  });
});

it("a file of outputs, as az prints them, does for azd's environment", () => {
  const { estate, workspaceCustomerId, ...own } = ENVIRONMENT;
  const outputs = JSON.stringify({
    estate: { type: "Object", value: JSON.parse(estate) as object },
    workspaceCustomerId: { value: workspaceCustomerId },
  });
  const [byFile, byAzd] = [recorder(), recorder()];
  HOOKS.postprovision({ ...own, ...environmentOf(outputs) }, byFile);
  HOOKS.postprovision(ENVIRONMENT, byAzd);
  expect(byFile.written).toEqual(byAzd.written);
});

it("prepackage packs the estate of azd's environment, where azure.yaml has azd look for the package", () => {
  const hands = recorder();
  HOOKS.prepackage(ENVIRONMENT, hands);
  expect(hands.commands).toEqual([expect.stringContaining("scripts/package/index.ts --estate .azure/prod/estate.json --out app.zip")]);
  expect(readFileSync(`${ROOT}azure.yaml`, "utf8")).toContain("dist: app.zip");
});

describe("postdeploy", () => {
  it("deploys what needs the functions, for every gateway, and approves the links that it names", () => {
    const hands = recorder(JSON.stringify({ privateLinkMessage: { value: "the message" }, gatewayIds: { value: ["/one", "/two"] } }));
    HOOKS.postdeploy(ENVIRONMENT, hands);
    const [deployment = "", ...rest] = hands.commands;
    expect(deployment).toMatch(/^az deployment sub create --name prod-after-deploy --subscription 0{8}-.* --location centralus /);
    expect(deployment).toContain("--template-file infra/after-deploy.bicep --parameters name=contoso-hub-to-hub");
    expect(deployment).toContain('gatewayLocations=["eastus2","swedencentral","japaneast"]');
    expect(rest).toEqual(["sh infra/modules/edge/approve-private-links.sh the message /one /two"]);
  });

  it("approves nothing when the deployment's answer is not what it should be", () => {
    const hands = recorder("{}");
    expect(() => HOOKS.postdeploy(ENVIRONMENT, hands)).toThrow("gatewayIds");
    expect(hands.commands).toHaveLength(1);
  });
});

it.each(Object.keys(HOOKS))("%s without azd's environment says what is missing", (name) => {
  const hook = Object.entries(HOOKS).find(([key]) => key === name)?.[1];
  expect(() => hook?.({}, recorder())).toThrow("run azd provision first");
});

describe("the command", () => {
  const azd = (args: readonly string[], env: object = ENVIRONMENT): ReturnType<typeof run> => run(args, env);
  const run = (args: readonly string[], env: object): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ["scripts/azd.ts", ...args], { cwd: ROOT, encoding: "utf8", env: { ...process.env, ...env } });

  it("tells in a dry run what it would do, and does not", () => {
    const told = azd(["postdeploy", "--dry-run"]);
    expect(told).toMatchObject({ status: 0, stderr: "" });
    expect(told.stdout).toContain("would run: az deployment sub create");
    expect(told.stdout).toContain("would run: sh infra/modules/edge/approve-private-links.sh <privateLinkMessage> <gatewayIds>");
    expect(azd(["postprovision", "--dry-run"]).stdout).toContain("would write .azure/prod/estate.json:");
  });

  it("fails by the command that failed, so that azd stops", () => {
    const failed = azd(["postdeploy"], { ...ENVIRONMENT, PATH: "/nowhere" });
    expect(failed.status).toBe(2);
    expect(failed.stderr).toMatch(/az deployment sub create[\s\S]*ended with spawnSync az ENOENT/);
  });

  it.each<[what: string, args: readonly string[], told: string, env?: object]>([
    ["a hook that it does not know", ["predeploy"], "name one of postprovision, prepackage, postdeploy"],
    ["an option that does not exist", ["postdeploy", "--colour"], "Unknown option '--colour'"],
    [
      "a file of outputs that is not there",
      ["postprovision", "--outputs", "none.json"],
      "--outputs: ENOENT: no such file or directory: none.json",
    ],
    ["outputs that are none", ["postprovision", "--outputs", "package.json"], "name: must be an object"],
    ["an estate that is no JSON", ["postprovision"], "output estate: 1 problem", { ...ENVIRONMENT, estate: "{bad" }],
  ])("says what is wrong of %s", (_, args, told, env) => {
    const { status, stderr } = azd([...args, "--dry-run"], env);
    expect(stderr).toContain(told);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(status).toBe(2);
  });
});

it("every hook that azure.yaml runs exists, and every hook is run", () => {
  const run = [...readFileSync(`${ROOT}azure.yaml`, "utf8").matchAll(/scripts\/azd\.ts (\w+)/g)].map(([, name]) => name);
  expect(run.toSorted()).toEqual(Object.keys(HOOKS).toSorted());
});
