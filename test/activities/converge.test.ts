import { beforeEach, describe, expect, it } from "vitest";
import { converge } from "../../src/activities/converge.ts";
import { asRouting, readNormal } from "../../src/activities/normal-routing.ts";
import type { Convergence } from "../../src/domain/run.ts";
import { hold, hubToHub, member, normalRouting } from "../support/builders.ts";
import { failure } from "../support/fake-azure.ts";
import { fakeDeps, ledger, type FakeDeps } from "../support/fake-deps.ts";
import { routing, setState, states, writes } from "./support.ts";

const RUN = "evacuate-east-20260105T000000Z";
const EPISODE = "20260105T000000Z";

let deps: FakeDeps;
beforeEach(async () => {
  deps = fakeDeps();
  await setState(deps, [hold("east", 0)]);
});

async function write(): Promise<Convergence> {
  await deps.clock.advance(1);
  return converge(deps, { run: RUN, write: true });
}

async function verify(): Promise<readonly string[]> {
  await deps.clock.advance(1);
  return states(await converge(deps, { run: RUN, write: false }));
}

describe("converge", () => {
  it("makes every gateway follow the holds, and finds it matched afterwards", async () => {
    expect(states(await write())).toEqual(["apim-east/gpt written", "apim-west/gpt written", "apim-north/gpt written"]);
    expect(["apim-east", "apim-west", "apim-north"].map((gate) => routing(deps, gate))).toEqual([
      "west p2, north p2",
      "west p1, north p2",
      "west p2, north p1",
    ]);
    expect(await verify()).toEqual(["apim-east/gpt matched", "apim-west/gpt matched", "apim-north/gpt matched"]);
  });

  it("is idempotent: what is as wanted is not written again", async () => {
    await write();
    expect(states(await write())).toEqual(["apim-east/gpt matched", "apim-west/gpt matched", "apim-north/gpt matched"]);
    expect(writes(deps.pools.calls)).toHaveLength(3);
  });

  it("gives back exactly the normal routing, absent fields included, when the hold is back at 100 %", async () => {
    await write();
    await setState(deps, [hold("east", 0.25)]);
    await write();
    expect(routing(deps, "apim-east")).toBe("east p1 w25, west p1 w38, north p1 w37");
    await setState(deps, [hold("east", 1)]);
    await write();
    const normal = normalRouting(deps.estate);
    expect(normal.pools.map((pool) => deps.pools.members(pool.gateway))).toStrictEqual(normal.pools.map((pool) => pool.members));
  });

  it("captures the normal routing once, before the first write of the episode", async () => {
    await write();
    await setState(deps, [hold("east", 0.5)]);
    await write();
    await verify();
    expect(asRouting(await readNormal(deps, EPISODE))?.pools).toEqual(expect.arrayContaining([...normalRouting(deps.estate).pools]));
    const captures = deps.journal.filter((entry) => entry.startsWith(`put normal-test-${EPISODE}/pool:`));
    expect(captures).toHaveLength(3);
    expect(deps.journal.indexOf(captures.at(-1) ?? "")).toBeLessThan(deps.journal.findIndex((entry) => entry.startsWith("pool write")));
  });

  it("touches nothing while no episode is open", async () => {
    await setState(deps, [], { episode: null });
    deps.journal.length = 0;
    expect((await write()).items).toEqual([]);
    expect(deps.journal).toEqual([]);
  });

  it("puts the intent on record before every write", async () => {
    const known: boolean[] = [];
    deps.pools.beforeWrite = async (gateway) =>
      void known.push((await ledger(deps, RUN)).some((entry) => entry.startsWith(`intend write ${gateway}/gpt`)));
    await write();
    expect(known).toEqual([true, true, true]);
  });

  it("that only verifies writes nothing and says what is missing", async () => {
    expect(await verify()).toEqual(["apim-east/gpt owed", "apim-west/gpt owed", "apim-north/gpt owed"]);
    expect(writes(deps.pools.calls)).toEqual([]);
  });

  it("keeps the instant at which a state began", async () => {
    deps.pools.fail("write apim-west", failure("busy", 429));
    const first = await write();
    const second = await write();
    const since = ({ items }: Convergence): string | undefined => items.find((item) => item.state === "owed")?.since;
    expect(since(first)).toBeDefined();
    expect(since(second)).toBe(since(first));
    expect(second.at > first.at).toBe(true);
  });
});

describe("the record of how things stand", () => {
  const isPut = async (run: string | null): Promise<boolean> => {
    await deps.clock.advance(60);
    deps.journal.length = 0;
    await converge(deps, { run, write: true });
    return deps.journal.includes("put estate-test/convergence");
  };
  beforeEach(async () => {
    await write();
    await verify();
  });

  it.each([
    ["the reconciler leaves as it is", null, false],
    ["a run puts all the same", RUN, true],
  ] as const)("when nothing is new %s", async (_who, run, put) => {
    expect(await isPut(run)).toBe(put);
  });

  it("the reconciler puts what is new, and what is over", async () => {
    await setState(deps, [hold("east", 0.5)]);
    deps.pools.fail("write apim-west", failure("busy", 429), 2);
    expect([await isPut(null), await isPut(null), await isPut(null), await isPut(null)]).toEqual([true, true, true, true]);
    expect(await isPut(null)).toBe(false);
  });
});

describe("when ARM does not take a write", () => {
  it.each<[rule: string, call: string, kind: Parameters<typeof failure>[0], status: number]>([
    ["another change runs", "write apim-west", "busy", 409],
    ["throttled", "write apim-west", "busy", 429],
    ["unavailable", "write apim-west", "busy", 503],
    ["not allowed", "write apim-west", "forbidden", 403],
    ["refused", "write apim-west", "invalid", 400],
    ["cannot be read", "read apim-west", "busy", 503],
  ])("%s: it is owed, the other gateways are written, and the next converge makes up for it", async (_rule, call, kind, status) => {
    deps.pools.fail(call, failure(kind, status), 1);
    expect(states(await write())).toEqual(["apim-east/gpt written", "apim-west/gpt owed", "apim-north/gpt written"]);
    expect(await ledger(deps, RUN)).toContain(`note apim-west/gpt owed: answered ${status}`);
    expect(states(await write())).toEqual(["apim-east/gpt matched", "apim-west/gpt written", "apim-north/gpt matched"]);
    expect(routing(deps, "apim-west")).toBe("west p1, north p2");
  });

  it.each<[rule: string, call: string, kind: Parameters<typeof failure>[0], written: boolean, moot: boolean]>([
    ["a pool that is gone", "read apim-west", "missing", false, true],
    ["a pool that is gone since we wrote it", "read apim-west", "missing", true, true],
    ["a pool that may not be read", "read apim-west", "forbidden", false, true],
    ["a pool that may not be written", "write apim-west", "forbidden", false, true],
    ["a pool whose role was taken away after we wrote it", "write apim-west", "forbidden", true, false],
    ["a pool whose control plane is down", "read apim-west", "busy", false, false],
  ])("%s: whether a restore need not wait for it", async (_rule, call, kind, written, moot) => {
    if (written) await write();
    await setState(deps, [hold("east", 0.5)]);
    deps.pools.fail(call, failure(kind, 400));
    const found = (await write()).items.find((item) => item.target === "apim-west/gpt");
    expect([found?.state, found?.moot === true]).toEqual(["owed", moot]);
  });

  it("a pool that could not be read is captured later, as it was before our first write to it", async () => {
    deps.pools.fail("read apim-west", failure("busy", 503), 1);
    await write();
    expect((await readNormal(deps, EPISODE)).pools.map((row) => row.gateway).sort()).toEqual(["apim-east", "apim-north"]);
    await write();
    expect((await readNormal(deps, EPISODE)).pools.find((row) => row.gateway === "apim-west")?.normal).toEqual(
      normalRouting(deps.estate).pools[1]?.members,
    );
  });

  it("after a 412 it reads again and computes again", async () => {
    let once = true;
    deps.pools.afterRead = (gateway) => {
      if (gateway === "apim-west" && once && deps.pools.calls.filter((call) => call === "read apim-west").length === 2) {
        once = false;
        deps.pools.edit("apim-west", [...deps.pools.members("apim-west"), member("far", 3)]);
      }
    };
    expect(states(await write())[1]).toBe("apim-west/gpt written");
    expect(routing(deps, "apim-west")).toBe("west p1, north p2, far p3");
    expect(writes(deps.pools.calls).filter((call) => call.endsWith("west"))).toHaveLength(2);
  });

  /** While our write of apim-west is on its way, the hold changes and another converge writes that pool. */
  function overtakenAt(share: number, after: () => Promise<void> = () => Promise.resolve()): void {
    const estate = hubToHub(["east", "west", "north"], { gateways: deps.estate.gateways.slice(1, 2) });
    let done = false;
    deps.pools.beforeWrite = async (gateway) => {
      if (gateway !== "apim-west" || done) return;
      done = true;
      await setState(deps, [hold("east", share)]);
      await converge({ ...deps, estate }, { run: "other", write: true });
      await after();
    };
  }

  it("after a 412 it computes from the holds as they are then", async () => {
    overtakenAt(0.5);
    expect(states(await write())[1]).toBe("apim-west/gpt matched");
    expect(routing(deps, "apim-west")).toBe("east p2 w25, west p1, north p2 w75");
  });

  it("after a 412 it knows what the other converge wrote, and does not take it for a person's change", async () => {
    overtakenAt(0.5, () => setState(deps, [hold("east", 0.25)]));
    expect(states(await write())[1]).toBe("apim-west/gpt written");
    expect(routing(deps, "apim-west")).toBe("east p2 w13, west p1, north p2 w87");
  });

  it("a pool that changes under every attempt is owed", async () => {
    deps.pools.afterRead = (gateway) => {
      if (gateway === "apim-west") deps.pools.edit("apim-west", deps.pools.members("apim-west"));
    };
    expect(states(await write())[1]).toBe("apim-west/gpt owed");
    expect(writes(deps.pools.calls).filter((call) => call.endsWith("west"))).toHaveLength(3);
  });
});
