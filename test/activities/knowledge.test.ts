import { beforeEach, describe, expect, it } from "vitest";
import { decideInput, knownDemand } from "../../src/activities/decide-input.ts";
import { learn } from "../../src/activities/knowledge.ts";
import { readMemory, type Knowledge } from "../../src/activities/memory.ts";
import { readStatus } from "../../src/activities/status.ts";
import { dueDeployments } from "../../src/activities/traffic.ts";
import { packRouting } from "../../src/activities/routing-row.ts";
import { toEntity } from "../../src/azure/tables/entity.ts";
import { decide } from "../../src/domain/decide.ts";
import type { DeploymentType, Estate, Gateway } from "../../src/domain/estate.ts";
import { backendName, type PoolRouting } from "../../src/domain/routing.ts";
import { at, deployment, gateway, hold, hubToHub, member, normalRouting } from "../support/builders.ts";
import { failure, minute, minutesUntil } from "../support/fake-azure.ts";
import { fakeDeps, type FakeDeps } from "../support/fake-deps.ts";
import { setState, verdictsWith } from "./support.ts";

let deps: FakeDeps;
beforeEach(() => {
  deps = fakeDeps();
});

/** What the timer would do, that many seconds later. */
async function refresh(seconds = 0): Promise<Knowledge> {
  await deps.clock.advance(seconds);
  return learn(deps);
}
const byName = (pools: readonly PoolRouting[]): readonly PoolRouting[] =>
  pools.map((pool) => ({ ...pool, members: pool.members.map((m) => ({ ...m, id: backendName(m.id) })) }));
const reads = (): number => deps.pools.calls.filter((call) => call.startsWith("read")).length;

describe("knowledge", () => {
  it("is demand, rate limits and routing, and is kept", async () => {
    deps.capacity.tokens = { "gpt-east": 500_000 };
    const found = await refresh();
    expect(found).toEqual({
      capacity: {
        demand: { "gpt-east": 300_000, "gpt-west": 300_000, "gpt-north": 300_000 },
        limits: { "gpt-east": 500_000, "gpt-west": 1_000_000, "gpt-north": 1_000_000 },
        usual: { "gpt-east": null, "gpt-west": null, "gpt-north": null },
        measuredAt: at(0),
      },
      demandAt: { "gpt-east": at(0), "gpt-west": at(0), "gpt-north": at(0) },
      routing: { pools: byName(normalRouting(deps.estate).pools), origins: [] },
      limitsAt: at(0),
      routingAt: at(0),
      usualAt: at(0),
      gaps: [],
    });
    expect((await readMemory(deps)).knowledge).toEqual(found);
  });

  it("each part is asked for again at its own pace", async () => {
    await refresh();
    const asked = (): number[] => [deps.metrics.asked.length, reads(), deps.metrics.hoursAsked];
    expect(asked()).toEqual([3, 3, 1]);
    await refresh(60);
    expect(asked()).toEqual([6, 3, 1]);
    await refresh(840);
    expect(asked()).toEqual([9, 6, 1]);
    await refresh(2700);
    expect(asked()).toEqual([12, 9, 2]);
  });

  it("of demand is the 95th percentile of ten minutes without the newest, which may be partial", async () => {
    deps.metrics.minutes["gpt-east"] = [9, 8, 7, 6, 5, 4, 3, 2, 1, 999].map((tokens, i) => minute(tokens, { at: at(60 * i) }));
    expect((await refresh(600)).capacity.demand["gpt-east"]).toBe(9);
    expect(deps.metrics.asked[0]).toEqual({ deployment: "gpt-east", from: new Date(at(120)), to: new Date(at(600)) });
  });

  it("of demand remembers minutes that are no longer asked for, and forgets them after ten", async () => {
    deps.metrics.minutes["gpt-east"] = [900, 1, 1].map((tokens, i) => minute(tokens, { at: at(60 * i) }));
    expect((await refresh(180)).capacity.demand["gpt-east"]).toBe(900);
    deps.metrics.minutes["gpt-east"] = minutesUntil(at(600), 1, 5);
    expect((await refresh(420)).capacity.demand["gpt-east"]).toBe(900);
    deps.metrics.minutes["gpt-east"] = minutesUntil(at(780), 1, 8);
    expect((await refresh(180)).capacity.demand["gpt-east"]).toBe(1);
  });

  it("of usual demand is the history of this hour and the next", async () => {
    deps.metrics.hourly = { "gpt-east": 600_000 };
    expect((await refresh()).capacity.usual).toEqual({ "gpt-east": 10_000, "gpt-west": null, "gpt-north": null });
  });

  it("of usual demand outlasts an hour in which history cannot be read, which is named and asked for again", async () => {
    deps.metrics.hourly = { "gpt-east": 600_000 };
    await refresh();
    deps.metrics.hoursFail = true;
    const kept = await refresh(3600);
    expect(kept.capacity.usual["gpt-east"]).toBe(10_000);
    expect(kept.gaps).toEqual(["history of demand of 3 deployments, gpt-east the first: it could not be read"]);
    deps.metrics.hoursFail = false;
    deps.metrics.hourly = { "gpt-east": 60_000 };
    expect((await refresh(300)).capacity.usual["gpt-east"]).toBe(10_000);
    expect(await refresh(300)).toMatchObject({ capacity: { usual: { "gpt-east": 1000 } }, gaps: [] });
  });
});

describe("what cannot be read", () => {
  it("stays unknown and is named", async () => {
    deps = fakeDeps(
      hubToHub(["east", "west"], {
        deployments: [deployment("east", { tokensPerMinute: null }), deployment("west", { tokensPerMinute: null })],
      }),
    );
    deps.metrics.minutes = { "gpt-east": [], "gpt-west": failure("busy", 429) };
    deps.capacity.tokens = { "gpt-west": failure("forbidden", 403) };
    deps.pools.fail("read apim-west", failure("busy", 503));
    const found = await refresh();
    expect(found.capacity).toMatchObject({
      demand: { "gpt-east": null, "gpt-west": null },
      limits: { "gpt-east": null, "gpt-west": null },
    });
    expect(found.routing).toBeNull();
    expect([...found.gaps].sort()).toEqual([
      "demand of gpt-east: no data point in the window",
      "demand of gpt-west: answered 429",
      "rate limit of gpt-west: answered 403",
      "routing of apim-west/gpt: answered 503",
    ]);
    expect(knownDemand(found)).toEqual({});
  });

  it("minutes without a data point are not zero", async () => {
    deps.metrics.minutes["gpt-east"] = [minute(null), minute(null), minute(null)];
    expect((await refresh()).capacity.demand["gpt-east"]).toBeNull();
  });

  it("keeps its last known value", async () => {
    await refresh();
    deps.metrics.minutes = { "gpt-east": failure("busy", 429), "gpt-west": [], "gpt-north": [] };
    deps.pools.fail("read apim-east", failure("busy", 503));
    const later = await refresh(900);
    expect(later.capacity.demand["gpt-east"]).toBe(300_000);
    expect(later.routing).not.toBeNull();
    expect(later.gaps).toEqual([
      "demand of gpt-east: answered 429",
      "demand of gpt-west: no data point in the window",
      "demand of gpt-north: no data point in the window",
      "routing of apim-east/gpt: answered 503",
    ]);
  });

  it.each([
    [86_399, 300_000],
    [86_400, null],
  ])("%s s later: its demand is %s", async (seconds, demand) => {
    await refresh();
    deps.metrics.minutes["gpt-east"] = failure("busy", 429);
    expect((await refresh(seconds)).capacity.demand["gpt-east"]).toBe(demand);
  });

  it("is asked for again at the next tick, even if that comes a little early", async () => {
    deps.metrics.minutes["gpt-east"] = [];
    deps.capacity.tokens = { "gpt-east": failure("busy", 503) };
    await refresh();
    deps.metrics.minutes["gpt-east"] = minutesUntil(at(0), 7);
    deps.capacity.tokens = { "gpt-east": 123 };
    expect((await refresh(44)).gaps).toEqual(["rate limit of gpt-east: answered 503"]);
    expect(await refresh(1)).toMatchObject({ gaps: [], capacity: { demand: { "gpt-east": 7 }, limits: { "gpt-east": 123 } } });
  });

  it("stays named while something else is refreshed", async () => {
    deps.pools.fail("read apim-east", failure("busy", 503), 1);
    await refresh();
    deps.metrics.minutes["gpt-east"] = [];
    await setState(deps, [hold("east", 0)]);
    expect((await refresh(900)).gaps).toEqual([
      "routing of apim-east/gpt: answered 503",
      "demand of gpt-east: no data point in the window",
    ]);
  });
});

describe("a source that breaks", () => {
  it.each([
    ["metrics", () => Object.assign(deps.metrics, { traffic: () => Promise.reject(new Error("boom")) }), "demand of gpt-east: Error: boom"],
    ["history", () => Object.assign(deps.metrics, { hours: () => Promise.reject(new Error("boom")) }), "history of demand: Error: boom"],
    ["too few answers", () => Object.assign(deps.metrics, { traffic: async () => [] }), "demand of gpt-east: no answer"],
  ])("%s: the rest is learnt, and the gap is named", async (_what, breakIt, gap) => {
    breakIt();
    deps.capacity.tokens = { "gpt-east": 5 };
    const found = await refresh();
    expect(found.gaps).toContain(gap);
    expect([found.capacity.limits["gpt-east"], found.routing?.pools.length]).toEqual([5, 3]);
    expect((await readStatus(deps)).gaps).toContain(gap);
  });

  it("nonsense is no minute", async () => {
    deps.metrics.minutes["gpt-east"] = [
      minute(Number.NaN, { at: at(0) }),
      minute(-5, { at: at(60) }),
      minute(1, { at: "yesterday" }),
      minute(7, { at: at(120) }),
      minute(8, { at: at(180) }),
    ];
    expect((await refresh(240)).capacity.demand["gpt-east"]).toBe(7);
  });

  it("logs that cannot be read leave metrics alone, keep what they told, and show in status", async () => {
    deps = fakeDeps({ ...hubToHub(), signals: { metrics: { names: "auto", api: "auto" }, logs: { workspaceId: "w" } } });
    if (deps.logs === null) throw new Error("no logs");
    deps.logs.minutes = { "gpt-east": minutesUntil(at(0), 7) };
    await refresh();
    for (const broken of [failure("busy", 504), new Error("boom")]) {
      if (broken instanceof Error) Object.assign(deps.logs, { traffic: () => Promise.reject(broken) });
      else deps.logs.failure = broken;
      expect((await refresh(60)).capacity.demand["gpt-east"]).toBe(300_000);
      const { gatewayLogs } = await readMemory(deps);
      expect(gatewayLogs.minutes["gpt-east"]?.length).toBe(9);
      expect((await readStatus(deps)).signals.gatewayLogs?.gaps).toEqual([
        `all: ${broken instanceof Error ? "Error: boom" : "answered 504"}`,
      ]);
    }
  });
});

describe("metrics over ARM stay within its budget", () => {
  const estateOf = (accounts: number, api: "auto" | "arm"): Estate => ({
    ...hubToHub(Array.from({ length: accounts }, (_, i) => `region${i}`)),
    signals: { metrics: { names: "auto", api }, logs: null },
  });

  it.each<[accounts: number, overArm: boolean, type: DeploymentType, everyMinutes: number]>([
    [3, true, "ProvisionedManaged", 1],
    [4, true, "Standard", 1],
    [4, true, "ProvisionedManaged", 2],
    [9, true, "Standard", 3],
    [30, true, "Standard", 8],
    [30, true, "ProvisionedManaged", 10],
    [30, false, "ProvisionedManaged", 1],
  ])("%s accounts, over ARM %s, %s: each is read every %s minutes", (accounts, overArm, deploymentType, everyMinutes) => {
    const plain = estateOf(accounts, "auto");
    const estate = { ...plain, deployments: plain.deployments.map((deployment) => ({ ...deployment, deploymentType })) };
    const turns = Array.from({ length: everyMinutes }, (_, minuteOfDay) => dueDeployments(estate, overArm, minuteOfDay).due);
    expect(
      turns
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(estate.deployments.map(({ id }) => id).toSorted());
    expect(dueDeployments(estate, overArm, 0).everyMinutes).toBe(everyMinutes);
    const readsOfAccount = deploymentType === "Standard" ? 3 : 4;
    if (overArm) for (const turn of turns) expect((turn.length * readsOfAccount) / 60).toBeLessThan(0.25);
  });

  it("and status says so", async () => {
    deps = fakeDeps(estateOf(30, "arm"));
    await refresh();
    expect(deps.metrics.asked).toHaveLength(4);
    expect((await readStatus(deps)).signals.metrics.note).toBe("30 accounts over ARM: each is read every 8 minutes");
  });
});

describe("routing", () => {
  it("is not read while an episode is open: it is not normal then", async () => {
    await setState(deps, [hold("east", 0)]);
    await refresh();
    expect(reads()).toBe(0);
  });

  it("that was read while an episode began is not taken for normal", async () => {
    await refresh();
    let begun = false;
    deps.pools.afterRead = async () => {
      if (begun) return;
      begun = true;
      await setState(deps, [hold("east", 0)]);
      for (const gate of deps.estate.gateways) deps.pools.edit(gate.id, [member("north", 1)]);
    };
    const later = await refresh(900);
    expect(later.routing?.pools).toEqual(byName(normalRouting(deps.estate).pools));
    expect(later.routingAt).toBe(at(0));
  });

  it.each([
    ["that could not be read whole is asked for again after a minute, not at every probe round", false],
    ["of an estate whose pools have changed since is read again, and until then does not stop anybody", true],
  ])("%s", async (_rule, changed) => {
    if (!changed) deps.pools.fail("read apim-east", failure("busy", 503));
    await refresh();
    const before = reads();
    if (changed) deps = { ...deps, estate: hubToHub(["east", "west"]) };
    await refresh(15);
    expect(reads()).toBe(before);
    const decided = decide(decideInput(deps, await readMemory(deps), verdictsWith(deps, "east")));
    expect(decided[0]?.action).toBe(changed ? "evacuate" : "refuse");
    const later = await refresh(45);
    expect(reads()).toBe(before + deps.estate.gateways.length);
    expect(later.routing?.pools.length).toBe(changed ? 2 : undefined);
  });

  it("of 30 gateways with 33 pools of 30 members each fits into its row", async () => {
    const regions = Array.from({ length: 30 }, (_, i) => `a-long-region-${i}`);
    const many = (gate: Gateway): Gateway => ({ ...gate, pools: Array.from({ length: 33 }, () => gate.pools).flat() });
    deps = fakeDeps(hubToHub(regions, { gateways: regions.map((region) => many(gateway(region, regions))) }));
    for (const gate of deps.estate.gateways)
      deps.pools.edit(
        gate.id,
        regions.map((region) => member(region, 2, 50)),
      );
    const found = await refresh();
    expect(found.routing?.pools).toHaveLength(990);
    expect(() => toEntity("estate-test", "routing", packRouting(found.routing ?? { pools: [] }))).not.toThrow();
  });

  it("is unpacked once, and written again only when it was read anew", async () => {
    await refresh();
    const first = (await readMemory(deps)).knowledge?.routing;
    expect((await readMemory(deps)).knowledge?.routing).toBe(first);
    const row = async (): Promise<string | undefined> =>
      (await deps.state.list(`estate-${deps.estate.name}`)).find(({ key }) => key === "routing")?.etag;
    const written = await row();
    expect(written).toBeDefined();
    await refresh(60);
    expect(await row()).toBe(written);
    await refresh(900);
    expect(await row()).not.toBe(written);
    const later = (await readMemory(deps)).knowledge?.routing;
    expect(later).not.toBe(first);
    expect(later).toEqual(first);
  });
});
