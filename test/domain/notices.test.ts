import { describe, expect, it } from "vitest";
import type { DecideInput } from "../../src/domain/decide.ts";
import { notices } from "../../src/domain/notices.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import { at, capacity, hubToHub, normalRouting, regionVerdict, stateWith, T0 } from "../support/builders.ts";

const estate = hubToHub();
const others = [regionVerdict("west"), regionVerdict("north")];

function input(verdicts: readonly RegionVerdict[], changes: Partial<DecideInput> = {}): DecideInput {
  return {
    estate,
    state: stateWith([]),
    verdicts,
    capacity: capacity(estate, 300_000),
    routing: normalRouting(estate),
    convergence: null,
    now: at(1000),
    ...changes,
  };
}

const blind = (seconds: number): RegionVerdict => regionVerdict("east", "inconclusive", "healthy", at(1000 - seconds));

describe("notices", () => {
  it.each<[rule: string, given: DecideInput, found: string[]]>([
    ["all is well: nothing", input([regionVerdict("east"), ...others]), []],
    ["a region that fails is decided about, not told", input([regionVerdict("east", "failing"), ...others]), []],
    [
      "everything fails at once: doubt, and nothing of single regions",
      input(["east", "west", "north"].map((r) => regionVerdict(r, "failing", "failing"))),
      ["selfDoubt null none of 6 regional verdicts is healthy"],
    ],
    [
      "nothing could be measured: doubt",
      input(["east", "west", "north"].map((r) => regionVerdict(r, "inconclusive", "inconclusive"))),
      ["selfDoubt null none of 6 regional verdicts is healthy"],
    ],
    [
      "pressure, and moving would help",
      input([regionVerdict("east", "pressured"), ...others]),
      ["pressure east east is under pressure (it is pressured); moving would help: east carries 300000 TPM"],
    ],
    [
      "pressure, and the others are full",
      input([regionVerdict("east", "pressured"), ...others], { capacity: capacity(estate, 1_000_000) }),
      ["pressure east east is under pressure (it is pressured); moving would not help: east carries 1000000 TPM"],
    ],
    [
      "pressure everywhere",
      input(["east", "west", "north"].map((r) => regionVerdict(r, "pressured"))),
      ["east", "west", "north"].map(
        (r) => `pressure ${r} ${r} is under pressure (it is pressured); moving would not help: the same fault everywhere`,
      ),
    ],
    [
      "a part of a region under pressure is named",
      input([regionVerdict("east", "inconclusive", "healthy", T0, { pressured: ["gpt-east"] }), ...others]),
      ["pressure east gpt-east is under pressure (it is inconclusive); moving would help"],
    ],
    ["a region that cannot be measured for a while", input([blind(90), ...others]), ["signalsMissing east east is inconclusive for 90 s"]],
    ["not at once", input([blind(89), ...others]), []],
    [
      "a region of which a part fails was measured",
      input([regionVerdict("east", "inconclusive", "healthy", T0, { failing: ["gpt-east"] }), ...others]),
      [],
    ],
    [
      "a gateway that cannot be measured",
      input([regionVerdict("east", "healthy", "misconfigured"), ...others]),
      ["signalsMissing east east is misconfigured for 1000 s"],
    ],
    [
      "demand that is old",
      input([regionVerdict("east"), ...others], { now: at(1800) }),
      ["signalsMissing null tokens per minute was last measured 1800 s ago"],
    ],
    [
      "demand that was never measured, for as long as there are verdicts",
      input([regionVerdict("east"), ...others], { now: at(1800), capacity: capacity(estate, 1, { measuredAt: null }) }),
      ["signalsMissing null tokens per minute was never measured"],
    ],
    [
      "an estate that has just begun to be watched misses nothing",
      input([regionVerdict("east"), ...others], { now: at(1799), capacity: capacity(estate, 1, { measuredAt: null }) }),
      [],
    ],
  ])("%s", (_rule, given, found) => {
    const texts = notices(given).map(({ code, region, text }) => `${code} ${region} ${text}`);
    expect(texts).toHaveLength(found.length);
    found.forEach((text, i) => expect(texts[i]).toContain(text));
  });
});
