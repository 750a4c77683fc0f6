import { beforeEach, describe, expect, it } from "vitest";
import { decideAll } from "../../src/activities/evaluate.ts";
import { knownDemand, refreshKnowledge } from "../../src/activities/knowledge.ts";
import { readMemory, type Knowledge } from "../../src/activities/memory.ts";
import { toEntity } from "../../src/azure/tables/entity.ts";
import type { Gateway } from "../../src/domain/estate.ts";
import { EMPTY_STATE } from "../../src/domain/hold.ts";
import { backendName, type PoolRouting } from "../../src/domain/routing.ts";
import { at, deployment, gateway, hold, hubToHub, member, normalRouting } from "../support/builders.ts";
import { failure, minute } from "../support/fake-azure.ts";
import { fakeDeps, type FakeDeps } from "../support/fake-deps.ts";
import { setState, verdictsWith } from "./support.ts";

let deps: FakeDeps;
beforeEach(() => {
  deps = fakeDeps();
});

/** What the timer would do, that many seconds later. */
async function refresh(seconds = 0, episodeOpen = false): Promise<Knowledge> {
  await deps.clock.advance(seconds);
  return refreshKnowledge(deps, (await readMemory(deps)).knowledge, episodeOpen);
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
        measuredAt: at(0),
      },
      routing: { pools: byName(normalRouting(deps.estate).pools), origins: [] },
      limitsAt: at(0),
      routingAt: at(0),
      gaps: [],
    });
    expect((await readMemory(deps)).knowledge).toEqual(found);
  });

  it("each part is asked for again at its own pace", async () => {
    await refresh();
    const asked = (): [demand: number, routing: number] => [deps.metrics.asked.length, reads()];
    expect(asked()).toEqual([3, 3]);
    await refresh(299);
    expect(asked()).toEqual([3, 3]);
    await refresh(1);
    expect(asked()).toEqual([6, 3]);
    await refresh(600);
    expect(asked()).toEqual([9, 6]);
  });

  it("of demand is the 95th percentile of the last ten minutes without the newest, which may be partial", async () => {
    deps.metrics.minutes["gpt-east"] = [...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((tokens) => minute(tokens)), minute(999)];
    expect((await refresh(600)).capacity.demand["gpt-east"]).toBe(9);
    expect(deps.metrics.asked[0]).toEqual({ deployment: "gpt-east", from: new Date(at(0)), to: new Date(at(600)) });
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
    expect(later.gaps).toHaveLength(4);
  });

  it("is asked for again after a minute, not after its whole interval", async () => {
    deps.metrics.minutes["gpt-east"] = [];
    deps.capacity.tokens = { "gpt-east": failure("busy", 503) };
    await refresh();
    deps.metrics.minutes["gpt-east"] = [minute(7), minute(7)];
    deps.capacity.tokens = { "gpt-east": 123 };
    expect((await refresh(59)).gaps).toHaveLength(2);
    expect(await refresh(1)).toMatchObject({ gaps: [], capacity: { demand: { "gpt-east": 7 }, limits: { "gpt-east": 123 } } });
  });

  it("stays named while something else is refreshed", async () => {
    deps.pools.fail("read apim-east", failure("busy", 503), 1);
    await refresh();
    deps.metrics.minutes["gpt-east"] = [];
    const open = await refresh(300, true);
    expect(open.gaps).toEqual(["routing of apim-east/gpt: answered 503", "demand of gpt-east: no data point in the window"]);
  });
});

describe("routing", () => {
  it("is not read while an episode is open: it is not normal then", async () => {
    await refresh(0, true);
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
    const decided = decideAll(deps, EMPTY_STATE, verdictsWith(deps, "east"), (await readMemory(deps)).knowledge);
    expect(decided[0]?.action).toBe(changed ? "evacuate" : "refuse");
    const later = await refresh(45);
    expect(reads()).toBe(before + deps.estate.gateways.length);
    expect(later.routing?.pools.length).toBe(changed ? 2 : undefined);
  });

  it("of 30 gateways with five pools of 30 members each fits into a row", async () => {
    const regions = Array.from({ length: 30 }, (_, i) => `region${i}`);
    const five = (gate: Gateway): Gateway => ({ ...gate, pools: gate.pools.flatMap((pool) => [pool, pool, pool, pool, pool]) });
    deps = fakeDeps(hubToHub(regions, { gateways: regions.map((region) => five(gateway(region, regions))) }));
    for (const gate of deps.estate.gateways)
      deps.pools.edit(
        gate.id,
        regions.map((region) => member(region, 2, 50)),
      );
    const found = await refresh();
    expect(found.routing?.pools).toHaveLength(150);
    expect(() => toEntity("estate-test", "knowledge", found)).not.toThrow();
  });
});
