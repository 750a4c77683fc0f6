import { describe, expect, it } from "vitest";
import { parseDrill, type SoakDrill } from "../../rehearsal/soak/files.ts";
import { generateDrill } from "../../rehearsal/soak/generate.ts";
import { shrink } from "../../rehearsal/soak/shrink.ts";

/** The first generated drill like this. */
function first(isSuch: (drill: SoakDrill) => boolean): SoakDrill {
  const found = Array.from({ length: 2000 }, (_, index) => index).find((seed) => isSuch(generateDrill(seed)));
  return generateDrill(found ?? 0);
}

const has = (kind: string) => (drill: SoakDrill) => drill.scenario.faults.some((fault) => fault.kind === kind);
const large = first((drill) => drill.scenario.faults.length === 4 && drill.estate.regions.length === 5 && has("foundryDown")(drill));
const always = async (): Promise<boolean> => true;

describe("shrinking finds the least drill that still goes wrong", () => {
  it("one fault is to blame: it alone is left, in the smallest estate, with defaults", async () => {
    const { drill } = await shrink(large, async (candidate) => has("foundryDown")(candidate), 1000);
    expect(drill.scenario.faults.map(({ kind }) => kind)).toEqual(["foundryDown"]);
    expect(drill.estate.regions).toHaveLength(2);
    expect(new Set(drill.estate.deployments.map(({ model }) => model.name)).size).toBe(1);
    expect(drill).toMatchObject({
      estate: { edges: [], safety: { mode: "auto" } },
      scenario: { edge: "shallow", breakerEvents: false, mode: "auto" },
    });
    expect(drill.estate.detection).toBeUndefined();
  });

  it("two faults together are to blame: both are left", async () => {
    const both = first((drill) => drill.scenario.faults.length === 4 && has("foundryDown")(drill) && has("hostKilled")(drill));
    const { drill } = await shrink(both, async (candidate) => has("foundryDown")(candidate) && has("hostKilled")(candidate), 1000);
    expect(drill.scenario.faults.map(({ kind }) => kind).sort()).toEqual(["foundryDown", "hostKilled"]);
  });

  it("what has to stay long stays so long and no longer", async () => {
    const { drill } = await shrink(large, async ({ scenario }) => scenario.durationMinutes >= 6, 1000);
    expect(drill.scenario.durationMinutes).toBe(6);
  });
});

it("nothing is to blame any more once it is simpler: the drill stays as it was", async () => {
  const { drill } = await shrink(large, async () => false, 1000);
  expect(drill).toEqual(large);
});

it("no more is tried than allowed, and nothing twice", async () => {
  const seen: string[] = [];
  const { tried } = await shrink(large, async (drill) => (seen.push(JSON.stringify(drill)), seen.length % 2 === 0), 7);
  expect([tried, seen.length]).toEqual([7, 7]);
  expect(new Set(seen).size).toBe(7);
});

it.each(Array.from({ length: 40 }, (_, seed) => [seed]))("whatever is tried passes the real parsers: seed %i", async (seed) => {
  const bad: unknown[] = [];
  await shrink(
    generateDrill(seed),
    async (drill) => {
      const parsed = parseDrill(drill);
      if (typeof parsed === "string") bad.push(parsed);
      return always();
    },
    200,
  );
  expect(bad).toEqual([]);
});
