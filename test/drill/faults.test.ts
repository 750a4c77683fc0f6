import { describe, expect, it } from "vitest";
import { faultText, plannedFaults } from "../../rehearsal/drill/faults.ts";
import { Scenario } from "../../rehearsal/drill/scenario.ts";
import { deploymentId, hubToHub, second, START } from "../traffic/support.ts";

const TWO_MODELS = (() => {
  const estate = hubToHub();
  const mini = estate.deployments.map((d) => ({ ...d, id: `${d.region}-mini`, model: { name: "gpt-4o-mini", version: "2024-07-18" } }));
  return { ...estate, deployments: [...estate.deployments, ...mini] };
})();

function planned(fault: object, shiftSeconds = 0) {
  const scenario = Scenario.parse({ name: "test", title: "test", durationMinutes: 60, estate: "-", traffic: {}, faults: [fault] });
  return plannedFaults(scenario, TWO_MODELS, START, shiftSeconds);
}

const DOWN = { kind: "foundryDown", at: 60, for: 30, region: "eastus2" };

describe("a planned fault", () => {
  it("strikes every deployment of its region, or those of its model", () => {
    const struck = (fault: object): readonly unknown[] => planned(fault)[0]!.effects;
    const effect = (deployment: string) => ({ kind: "deployment", deployment, answer: 503, share: 1 });
    expect(struck(DOWN)).toEqual([effect(deploymentId("eastus2")), effect("eastus2-mini")]);
    expect(struck({ ...DOWN, model: "gpt-4o-mini" })).toEqual([effect("eastus2-mini")]);
  });

  it("comes again as often as it says, each time under an id of its own and shifted with the onset", () => {
    const times = planned({ ...DOWN, repeat: { every: 120, times: 3 } }, 5);
    expect(times.map(({ startsAt, endsAt }) => [startsAt, endsAt])).toEqual([65, 185, 305].map((at) => [second(at), second(at + 30)]));
    expect(new Set(times.map(({ id }) => id)).size).toBe(3);
  });

  it("of clients goes with them: it names no deployment", () => {
    expect(planned({ kind: "clientsFail", at: 0, for: 10, region: "eastus2", share: 0.4 })[0]!.effects).toEqual([
      { kind: "clients", region: "eastus2", answer: 500, share: 0.4 },
    ]);
  });

  it.each([
    ["lasts", DOWN, ["foundryDown in eastus2 begins", "foundryDown in eastus2 ends"]],
    ["needs no region", { kind: "identityDown", at: 0, for: 10 }, ["identityDown begins", "identityDown ends"]],
    ["happens at an instant", { kind: "redeploy", at: 5 }, ["redeploy happens", "redeploy happens"]],
  ])("that %s is worded so", (_, fault, texts) => {
    const [only] = planned(fault);
    expect([true, false].map((on) => faultText(only!, on))).toEqual(texts);
  });
});
