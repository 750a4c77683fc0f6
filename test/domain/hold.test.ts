import { describe, expect, it } from "vitest";
import {
  changeHold,
  decideApproval,
  endUnapproved,
  closeEpisode,
  EMPTY_STATE,
  gateState,
  holdOf,
  placeHold,
  releaseHold,
  takeOverHold,
  type Approval,
  type Hold,
  type EstateState,
  type NewHold,
} from "../../src/domain/hold.ts";
import { addSeconds, compact, secondsBetween } from "../../src/domain/time.ts";
import { at, hold, stateWith } from "../support/builders.ts";

const wanted = (region: string, now: string): NewHold => ({
  region,
  scope: null,
  takers: null,
  approval: null,
  mode: "graceful",
  targetShare: 0.25,
  initiator: "automatic",
  reason: "it fails",
  now,
});

describe("an episode", () => {
  it("opens with the first hold, which limits nothing yet", () => {
    const { state, hold: placed } = placeHold(EMPTY_STATE, wanted("east", at(5)));
    expect(placed).toEqual({
      ...hold("east", 1, {
        owner: "evacuate-east-20260105T000005Z",
        mode: "graceful",
        targetShare: 0.25,
        reason: "it fails",
        since: at(5),
        shareSince: at(5),
      }),
    });
    expect(state).toMatchObject({ episode: "20260105T000005Z", evacuations: { east: 1 }, holds: [placed] });
  });

  it("stays the same for a second region, and closes with the last hold only", () => {
    const both = placeHold(placeHold(EMPTY_STATE, wanted("east", at(5))).state, wanted("west", at(60))).state;
    expect(both.holds.map((h) => h.owner)).toEqual(["evacuate-east-20260105T000005Z", "evacuate-west-20260105T000005Z"]);
    const one = closeEpisode(releaseHold(both, "east", at(90)));
    expect(one).toMatchObject({ episode: "20260105T000005Z", lastReleased: { east: at(90) } });
    const none = closeEpisode(releaseHold(one, "west", at(120)));
    expect(none).toMatchObject({ episode: null, evacuations: {}, holds: [], lastReleased: { east: at(90), west: at(120) } });
  });

  it("counts evacuations of a region, so that no run of an episode has the id of an earlier one", () => {
    const first = placeHold(placeHold(EMPTY_STATE, wanted("west", at(0))).state, wanted("east", at(5))).state;
    const again = placeHold(releaseHold(first, "east", at(50)), wanted("east", at(60)));
    expect(again.hold.owner).toBe("evacuate-east-20260105T000000Z-2");
  });

  it("after the last restore the next incident has new ids", () => {
    const closed = closeEpisode(releaseHold(placeHold(EMPTY_STATE, wanted("east", at(0))).state, "east", at(50)));
    expect(placeHold(closed, wanted("east", at(3600))).hold.owner).toBe("evacuate-east-20260105T010000Z");
  });
});

describe("changing a hold", () => {
  const state = stateWith([hold("east", 0.5), hold("west", 0.5)]);

  it.each<[rule: string, change: Parameters<typeof changeHold>[2], expected: object]>([
    ["a new share starts its own time", { share: 0.25 }, { share: 0.25, shareSince: at(30) }],
    ["the same share keeps its time", { share: 0.5 }, { share: 0.5, shareSince: at(0) }],
    ["a gate leaves the share's time", { gate: "closed" }, { gate: "closed", shareSince: at(0), since: at(0) }],
    ["a new owner keeps what the hold limits", { owner: "restore-east" }, { owner: "restore-east", share: 0.5, since: at(0) }],
  ])("%s", (_rule, change, expected) => {
    const next = changeHold(state, "east", change, at(30));
    expect(holdOf(next, "east")).toMatchObject(expected);
    expect(holdOf(next, "west")).toEqual(holdOf(state, "west"));
  });

  it("of a region without one changes nothing", () => {
    expect(changeHold(state, "north", { share: 0 }, at(30))).toEqual(state);
  });
});

const PENDING: Approval = { state: "pending", until: at(900), default: "decline" };

describe("an approval", () => {
  const state = stateWith([hold("east", 1, { approval: PENDING }), hold("west", 1)]);

  it.each(["approved", "declined"] as const)("%s by a person is on record with their name", (decision) => {
    const next = decideApproval(state, "east", decision, "ops", at(30));
    expect(holdOf(next, "east")?.approval).toEqual({ ...PENDING, state: decision, by: "ops" });
    expect(holdOf(next, "west")).toEqual(holdOf(state, "west"));
  });

  it("is decided once, and only where it is waited for", () => {
    const declined = decideApproval(state, "east", "declined", "ops", at(30));
    expect(decideApproval(declined, "east", "approved", "another", at(31))).toBe(declined);
    expect(decideApproval(state, "west", "approved", "ops", at(30))).toBe(state);
    expect(decideApproval(state, "north", "approved", "ops", at(30))).toBe(state);
  });
});

describe("a run that nobody let begin", () => {
  const end = (changes: Partial<Hold>, share: number, outcome: "declined" | "lapsed"): EstateState =>
    endUnapproved(
      stateWith([hold("east", share, { approval: PENDING, ...changes })], { evacuations: { east: 1 } }),
      "east",
      outcome,
      at(60),
    );

  it("has moved nothing: the hold goes, and the cooldown runs only when it was declined", () => {
    expect(end({}, 1, "declined")).toMatchObject({ holds: [], lastReleased: { east: at(60) } });
    expect(end({}, 1, "lapsed")).toMatchObject({ holds: [], lastReleased: {} });
  });

  it.each<[rule: string, changes: Partial<Hold>, share: number]>([
    ["that took over a hold with a share", {}, 0.5],
    ["that took over a closed gate", { gate: "closed" }, 1],
    ["that took over a disabled origin", { origin: "disabled" }, 1],
  ])("%s leaves it as it stands, under a run of its own", (_rule, changes, share) => {
    const next = end(changes, share, "declined");
    expect(next.holds).toMatchObject([
      { owner: "evacuate-east-20260105T000000Z-2", share, targetShare: share, approval: null, initiator: "automatic", ...changes },
    ]);
    expect(next).toMatchObject({ evacuations: { east: 2 }, lastReleased: { east: at(60) } });
  });

  it("a restore: who declines it holds the region themselves; one that lapses is automation's again", () => {
    const owner = "restore-east-20260105T000000Z";
    const byPerson = { ...PENDING, state: "declined", by: "ops" } as const;
    expect(end({ owner, targetShare: 1, approval: byPerson }, 0, "declined").holds).toMatchObject([
      { initiator: "manual", share: 0, targetShare: 0 },
    ]);
    expect(end({ owner, targetShare: 1 }, 0, "lapsed").holds).toMatchObject([{ initiator: "automatic", share: 0, targetShare: 0 }]);
  });

  it("a restore that nobody answered stays automation's: it is proposed again", () => {
    const held = { owner: "restore-east-20260105T000000Z", targetShare: 1, approval: { ...PENDING, state: "declined" } } as const;
    expect(end(held, 0, "declined").holds).toMatchObject([{ initiator: "automatic", share: 0, targetShare: 0 }]);
  });

  it("of a region without a hold changes nothing", () => {
    expect(endUnapproved(EMPTY_STATE, "east", "declined", at(60))).toBe(EMPTY_STATE);
  });
});

describe("taking a hold over", () => {
  const wider: NewHold = { ...wanted("east", at(60)), scope: ["a", "b"], takers: { w: 1 }, targetShare: 0 };
  const taken = (changes: Partial<Hold>, share: number, approval: Approval | null): Hold => {
    const held = hold("east", share, { scope: ["a"], ...changes });
    return takeOverHold(stateWith([held], { evacuations: { east: 1 } }), held, { ...wider, approval }).hold;
  };

  it("gives it a new run and a new goal, and leaves what it limits to that run's first step", () => {
    expect(taken({}, 0, null)).toMatchObject({
      owner: "evacuate-east-20260105T000000Z-2",
      scope: ["a"],
      takers: { w: 1 },
      share: 0,
      targetShare: 0,
    });
  });

  it("changes nothing that routing follows while a person is asked", () => {
    expect(taken({ takers: { w: 9 } }, 0.5, PENDING)).toMatchObject({ scope: ["a"], takers: { w: 9 }, share: 0.5, approval: PENDING });
  });

  it("of a hold that limits nothing takes the new scope at once", () => {
    expect(taken({ scope: null, targetShare: 1 }, 1, PENDING)).toMatchObject({ scope: ["a", "b"], takers: { w: 1 }, share: 1 });
  });
});

describe("the health gate", () => {
  const manual = (state: "open" | "closed"): EstateState["manualGates"] => [{ region: "east", state, by: "ops", reason: "x", at: at(0) }];
  it.each<[rule: string, state: EstateState, gate: "open" | "closed"]>([
    ["open without any hold", EMPTY_STATE, "open"],
    ["open with a hold that leaves it open", stateWith([hold("east", 0)]), "open"],
    ["closed by the hold", stateWith([hold("east", 0, { gate: "closed" })]), "closed"],
    ["another region's hold does not close it", stateWith([hold("west", 0, { gate: "closed" })]), "open"],
    ["a person's open wins over the hold", stateWith([hold("east", 0, { gate: "closed" })], { manualGates: manual("open") }), "open"],
    ["a person's closed wins without a hold", stateWith([], { manualGates: manual("closed") }), "closed"],
  ])("%s", (_rule, state, gate) => {
    expect(gateState(state, "east")).toBe(gate);
  });
});

it("instants are ISO text: differences, sums and the short form for ids", () => {
  expect(secondsBetween(at(0), at(1.5))).toBe(1.5);
  expect(secondsBetween(at(10), at(0))).toBe(-10);
  expect(addSeconds(at(0), 90)).toBe(at(90));
  expect(compact("2026-01-05T00:10:05.123Z")).toBe("20260105T001005Z");
});
