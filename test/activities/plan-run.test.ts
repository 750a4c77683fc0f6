import { expect, it } from "vitest";
import { planEvacuation, type RunPlan } from "../../src/activities/plan-run.ts";
import { startEvacuation } from "../../src/activities/start-evacuation.ts";
import { deployment, hold, hubToHub, member } from "../support/builders.ts";
import { fakeDeps, type FakeDeps } from "../support/fake-deps.ts";
import { evacuation, know, setState, verdictsWith } from "./support.ts";

/** Two deployments of one model stand in east, and one in north. */
async function twoInEast(): Promise<FakeDeps> {
  const deployments = [deployment("east"), deployment("west", { region: "east" }), deployment("north")];
  const deps = fakeDeps(hubToHub(undefined, { deployments }));
  for (const { id } of deps.estate.gateways) deps.pools.edit(id, [member("east", 1), member("west", 1), member("north", 2)]);
  return know(deps);
}

const takersOf = ({ admission }: RunPlan): readonly string[] | undefined => admission?.survivors.map(({ deployment: id }) => id);

it("a deployment's traffic goes to its neighbour of the region, while that is not held", async () => {
  const deps = await twoInEast();
  const planned = await planEvacuation(deps, evacuation("east", { scope: ["gpt-west"], initiator: "manual" }), verdictsWith(deps));
  expect(planned).toMatchObject({ wouldStart: true, scope: ["gpt-west"] });
  expect(takersOf(planned)).toEqual(["gpt-east"]);
});

it("what the region's hold has moved already neither comes back nor takes anything over, in the plan and in the run", async () => {
  const deps = await twoInEast();
  await setState(deps, [hold("east", 0, { scope: ["gpt-east"], initiator: "manual" })]);
  const request = evacuation("east", { scope: ["gpt-west"], initiator: "manual" });
  const planned = await planEvacuation(deps, request, verdictsWith(deps));
  expect(planned).toMatchObject({ wouldStart: true, scope: ["gpt-east", "gpt-west"] });
  expect(takersOf(planned)).toEqual(["gpt-north"]);
  for (const { change } of planned.steps) expect(change.split(" → ")[1]).not.toMatch(/foundry-(east|west)/);
  const started = await startEvacuation(deps, deps.starter, request, verdictsWith(deps));
  expect(started).toMatchObject({ started: true, run: { scope: ["gpt-east", "gpt-west"] }, guards: planned.guards });
});
