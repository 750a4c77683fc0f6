/** Runs that wait for a person: who is asked, who may answer, and what is left behind. */
import { beforeEach, describe, expect, it } from "vitest";
import { answerApproval, approvalFor, type ApprovalResult } from "../../src/activities/approvals.ts";
import { resumeOrphans } from "../../src/activities/orphans.ts";
import { startEvacuation } from "../../src/activities/start-evacuation.ts";
import { startRestore } from "../../src/activities/start-restore.ts";
import { finish } from "../../src/activities/steps.ts";
import { holdOf, type Hold } from "../../src/domain/hold.ts";
import type { Mode } from "../../src/domain/estate.ts";
import { at, hold, hubToHub, runOf } from "../support/builders.ts";
import { fakeDeps, ledger, type FakeDeps } from "../support/fake-deps.ts";
import { evacuation, know, setState, stateOf, verdictsWith } from "./support.ts";

const EAST = "evacuate-east-20260105T000000Z";

let deps: FakeDeps;
beforeEach(async () => {
  deps = await know(fakeDeps(hubToHub(undefined, { safety: { mode: "approve" } })));
});

const start = (initiator: "automatic" | "manual" = "automatic"): Promise<unknown> =>
  startEvacuation(deps, deps.starter, evacuation("east", { initiator }), verdictsWith(deps, "east"));
const answer = (decision: "approved" | "declined", run = EAST): Promise<ApprovalResult> =>
  answerApproval(deps, deps.starter, { run, decision, by: "sre", reason: "I looked" });
const east = async (): Promise<Hold | undefined> => holdOf(await stateOf(deps), "east");

it.each<[mode: Mode, own: Mode | null, initiator: "automatic" | "manual", asked: boolean]>([
  ["approve", null, "automatic", true],
  ["approve", null, "manual", false],
  ["approve", "auto", "automatic", false],
  ["auto", "approve", "automatic", true],
  ["auto", null, "automatic", false],
])("mode %s, of the runbook %s, %s: somebody is asked: %s", (mode, own, initiator, asked) => {
  const estate = hubToHub(undefined, { safety: { mode, modes: { evacuate: own, restore: null } } });
  const pending = { state: "pending", until: at(900), default: "decline" };
  expect(approvalFor(estate, "evacuate", initiator, at(0))).toEqual(asked ? pending : null);
});

describe("a start that needs approval", () => {
  it("places a hold that moves nothing, and tells how to answer", async () => {
    await start();
    expect(await east()).toMatchObject({ share: 1, approval: { state: "pending", until: at(900) } });
    expect(deps.sent).toMatchObject([
      { event: "approve", region: "east", run: EAST, reason: expect.stringContaining(`POST /api/runs/${EAST}/approve`) },
    ]);
  });

  it.each(["approved", "declined"] as const)("%s: on record, in the hold, and the run is woken", async (decision) => {
    await start();
    expect(await answer(decision)).toEqual({ outcome: decision });
    expect((await east())?.approval).toMatchObject({ state: decision, by: "sre" });
    expect(deps.starter.woken).toEqual([EAST]);
    expect(await ledger(deps, EAST)).toContain(`decide ${decision} by sre: I looked`);
  });

  it("takes one answer of two in the same instant", async () => {
    await start();
    const outcomes = (await Promise.all([answer("approved"), answer("declined")])).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "notWaiting")).toHaveLength(1);
  });

  it("takes no answer after its time, nor for another run", async () => {
    await start();
    expect(await answer("approved", "evacuate-east-x")).toEqual({ outcome: "unknown" });
    await deps.clock.advance(900);
    expect(await answer("approved")).toMatchObject({ outcome: "notWaiting", why: expect.stringContaining("was over at") });
    expect((await east())?.approval?.state).toBe("pending");
  });

  it("points to the run that took over when the region got worse", async () => {
    await startEvacuation(deps, deps.starter, evacuation("east", { scope: ["gpt-east"] }), verdictsWith(deps, "east"));
    await start();
    expect(await answer("approved")).toEqual({ outcome: "notWaiting", why: `${EAST} was taken over by ${EAST}-2` });
  });

  it.each(["declined", "lapsed"] as const)("that %s leaves no hold and no episode", async (outcome) => {
    await start();
    await finish(deps, { run: runOf("evacuate", "east", { id: EAST }), outcome, reason: "x" });
    expect(await stateOf(deps)).toMatchObject({ holds: [], episode: null });
  });
});

it("a restore that is declined gives nothing back: the region stays held, under a run that can be found", async () => {
  await setState(deps, [hold("east", 0, { owner: EAST })], { evacuations: { east: 1 } });
  await startRestore(deps, deps.starter, { region: "east", mode: "graceful", initiator: "automatic", reason: "healthy" });
  const restore = "restore-east-20260105T000000Z";
  await answer("declined", restore);
  await finish(deps, { run: runOf("restore", "east", { id: restore }), outcome: "declined", reason: "declined by sre" });
  expect(await east()).toMatchObject({ share: 0, owner: `${EAST}-2`, approval: null, initiator: "manual" });
});

it("a run whose start was cut off before anybody was told is told, and can be answered, once it is found again", async () => {
  const approval = { state: "pending", until: at(900), default: "decline" } as const;
  await setState(deps, [hold("east", 1, { owner: EAST, approval })]);
  await resumeOrphans(deps, deps.starter, await stateOf(deps));
  expect(deps.sent).toMatchObject([{ event: "approve", run: EAST }]);
  expect(await answer("approved")).toEqual({ outcome: "approved" });
});

describe("a person who starts what waits for a person", () => {
  it("an evacuation: lets it begin, instead of joining the wait", async () => {
    await start();
    await start("manual");
    expect((await east())?.approval).toMatchObject({ state: "approved", by: "it fails" });
    expect(deps.starter.woken).toEqual([EAST]);
  });

  it("a restore: likewise", async () => {
    await setState(deps, [hold("east", 0, { owner: EAST })], { evacuations: { east: 1 } });
    const restore = (initiator: "automatic" | "manual"): Promise<unknown> =>
      startRestore(deps, deps.starter, { region: "east", mode: "graceful", initiator, reason: "sre: it is well" });
    await restore("automatic");
    expect((await east())?.approval?.state).toBe("pending");
    await restore("manual");
    expect((await east())?.approval).toMatchObject({ state: "approved", by: "sre: it is well" });
  });

  it("automation that finds it waiting leaves it waiting", async () => {
    await start();
    await start();
    expect((await east())?.approval?.state).toBe("pending");
  });
});
