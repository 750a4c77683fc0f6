import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readInputs } from "../../rehearsal/cli/inputs.ts";
import { FaultSchema } from "../../rehearsal/drill/scenario.ts";
import { createChance } from "../../rehearsal/soak/chance.ts";
import { parseDrill } from "../../rehearsal/soak/files.ts";
import { generateDrill } from "../../rehearsal/soak/generate.ts";

const folder = mkdtempSync(join(tmpdir(), "soak-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SEEDS = Array.from({ length: 300 }, (_, index) => index + 1);
const drills = SEEDS.map(generateDrill);

it("the same seed gives the same drill, and another one another", () => {
  expect(SEEDS.map(generateDrill)).toEqual(drills);
  expect(new Set(drills.map(({ scenario }) => JSON.stringify(scenario.faults))).size).toBe(SEEDS.length);
});

it("every generated estate and scenario passes the real parsers", () => {
  expect(drills.map(parseDrill).filter((parsed) => typeof parsed === "string")).toEqual([]);
});

it("every generated pair of files can be rehearsed: each fault fits into the scenario and has an effect on the estate", async () => {
  const problems = await Promise.all(
    drills.map(async ({ estate, scenario }) => {
      const file = join(folder, `${scenario.name}.json`);
      writeFileSync(join(folder, scenario.estate), JSON.stringify(estate));
      writeFileSync(file, JSON.stringify(scenario));
      return readInputs({ scenario: file, estate: undefined, trace: undefined }).then(
        () => null,
        (error: unknown) => String(error),
      );
    }),
  );
  expect(problems.filter((problem) => problem !== null)).toEqual([]);
});

describe("many seeds cover what the soak is for", () => {
  it("every kind of fault", () => {
    const kinds = FaultSchema.options.map((option) => option.shape.kind.value);
    expect(new Set(drills.flatMap(({ scenario }) => scenario.faults.map(({ kind }) => kind)))).toEqual(new Set(kinds));
  });

  it.each([
    ["hub-and-spoke", ({ estate }) => estate.gateways.length === 1],
    ["hub-to-hub", ({ estate }) => estate.gateways.length > 1],
    ["two regions", ({ estate }) => estate.regions.length === 2],
    ["five regions", ({ estate }) => estate.regions.length === 5],
    ["several models in a region", ({ estate }) => new Set(estate.deployments.map((d) => d.region)).size < estate.deployments.length],
    ["a witness", ({ estate }) => estate.gateways.every(({ witnessPath }) => witnessPath !== null)],
    ["no edge", ({ estate }) => estate.edges?.length === 0],
    ["a classic edge", ({ estate }) => estate.edges?.[0]?.kind === "classic"],
    ["overlapping faults", ({ scenario }) => scenario.faults.length === 4],
    ["a fault that comes again", ({ scenario }) => scenario.faults.some(({ repeat }) => repeat !== undefined)],
  ] as const satisfies readonly (readonly [string, (drill: (typeof drills)[number]) => boolean])[])("%s", (_what, isSuch) => {
    const found = drills.filter(isSuch).length;
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(drills.length);
  });

  it("8 to 14 minutes", () => {
    const minutes = drills.map(({ scenario }) => scenario.durationMinutes);
    expect([Math.min(...minutes), Math.max(...minutes)]).toEqual([8, 14]);
  });
});

it("a choice depends on its own name alone: what else is chosen moves it not", () => {
  const alone = createChance(7).of("estate").whole("regions", 0, 1_000_000);
  const chance = createChance(7);
  chance.whole("before", 0, 10);
  expect(chance.of("estate").whole("regions", 0, 1_000_000)).toBe(alone);
  expect(createChance(8).of("estate").whole("regions", 0, 1_000_000)).not.toBe(alone);
});
