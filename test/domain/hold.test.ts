import { describe, expect, it } from "vitest";
import {
  changeHold,
  closeEpisode,
  EMPTY_STATE,
  gateState,
  holdOf,
  placeHold,
  releaseHold,
  type EstateState,
  type NewHold,
} from "../../src/domain/hold.ts";
import { addSeconds, compact, secondsBetween } from "../../src/domain/time.ts";
import { at, hold, stateWith } from "../support/builders.ts";

const wanted = (region: string, now: string): NewHold => ({
  region,
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
