import { describe, expect, it } from "vitest";
import { desiredRouting } from "../../src/domain/desired-routing.ts";
import { plan } from "../../src/domain/plan.ts";
import { describeMembers, samePoolMembers } from "../../src/domain/routing.ts";
import { hubToHub, member, normalRouting } from "../support/builders.ts";

const estate = hubToHub();
const normal = normalRouting(estate);
const held = desiredRouting(estate, normal, [{ region: "east", scope: null, share: 0, origin: "disabled", takers: null }]).routing;

describe("plan", () => {
  it("from what is to what is: no steps", () => {
    expect(plan(estate, normal, normal, [])).toEqual([]);
  });

  it("the fastest lever first, each with its budget, on every gateway that has the member", () => {
    expect(
      plan(estate, normal, held, [{ region: "east", state: "closed" }]).map(({ lever, target, budgetSeconds }) => [
        lever,
        target,
        budgetSeconds,
      ]),
    ).toEqual([
      ["poolWeights", "apim-east/gpt", 30],
      ["poolWeights", "apim-west/gpt", 30],
      ["poolWeights", "apim-north/gpt", 30],
      ["healthGate", "east", 90],
      ["originState", "fd/gateways/apim-east", 1200],
    ]);
  });

  it("says what changes", () => {
    expect(plan(estate, normal, held, [{ region: "east", state: "open" }]).map((step) => step.change)).toEqual([
      "foundry-east p1, foundry-west p2, foundry-north p2 → foundry-west p2, foundry-north p2",
      "foundry-east p2, foundry-west p1, foundry-north p2 → foundry-west p1, foundry-north p2",
      "foundry-east p2, foundry-west p2, foundry-north p1 → foundry-west p2, foundry-north p1",
      "answer 200 to the edge's probes",
      "Enabled → Disabled",
    ]);
    expect(plan(estate, held, normal, []).at(-1)?.change).toBe("Disabled → Enabled");
  });

  it("leaves out what could not be read", () => {
    expect(plan(estate, { pools: [], origins: [] }, held, [])).toEqual([]);
  });
});

describe("the same members", () => {
  it.each<[rule: string, same: boolean, a: Parameters<typeof samePoolMembers>[0], b: Parameters<typeof samePoolMembers>[1]]>([
    ["equal", true, [member("east", 1, 5)], [member("east", 1, 5)]],
    ["another case of the id", true, [member("east")], [{ id: member("east").id.toUpperCase() }]],
    ["another weight", false, [member("east", 1, 5)], [member("east", 1, 6)]],
    ["a weight that is absent", false, [member("east", 1, 5)], [member("east", 1)]],
    ["another priority", false, [member("east", 1)], [member("east", 2)]],
    ["another order", true, [member("east"), member("west")], [member("west"), member("east")]],
    ["one more", false, [member("east")], [member("east"), member("west")]],
  ])("%s: %s", (_rule, same, a, b) => {
    expect(samePoolMembers(a, b)).toBe(same);
    expect(samePoolMembers(b, a)).toBe(same);
  });

  it("are described without what is absent", () => {
    expect(describeMembers([member("east", 1, 50), member("west", 2), member("north")])).toBe(
      "foundry-east p1 w50, foundry-west p2, foundry-north",
    );
  });
});
