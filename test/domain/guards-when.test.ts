import { describe, it } from "vitest";
import type { Blackout } from "../../src/domain/estate.ts";
import type { GuardInput } from "../../src/domain/guards.ts";
import type { Converged } from "../../src/domain/run.ts";
import { at, gateway, hold, hubAndSpoke, hubToHub, member, normalRouting, regionVerdict, stateWith, T0 } from "../support/builders.ts";
import { check, REGIONS, verdicts, type Row } from "./guard-rows.ts";

// T0 is a Monday at midnight; now is 00:16:40.
const blackout = (changes: Partial<Blackout>): Partial<GuardInput> => ({
  estate: hubToHub(REGIONS, { safety: { blackouts: [{ days: [], from: "00:00", to: "01:00", reason: "payroll", ...changes }] } }),
});

describe("changeWindow", () => {
  it.each<Row>([
    ["no blackouts", {}, "passed"],
    ["within one", blackout({}), "refused", "blackout from 00:00 to 01:00 UTC: payroll"],
    ["on its day", blackout({ days: ["mon"] }), "refused"],
    ["on another day", blackout({ days: ["tue", "sun"] }), "passed"],
    ["its first minute", blackout({ from: "00:16" }), "refused"],
    ["before it", blackout({ from: "00:17" }), "passed"],
    ["its end is outside", blackout({ to: "00:16" }), "passed"],
    ["its last minute", blackout({ to: "00:17" }), "refused"],
    ["from yesterday past midnight", blackout({ days: ["sun"], from: "22:00" }), "refused"],
    ["past midnight, begun on another day", blackout({ days: ["mon"], from: "22:00" }), "passed"],
    ["the same instant for both ends is a whole day", blackout({ days: ["mon"], from: "00:00", to: "00:00" }), "refused"],
    ["a person need not care", { ...blackout({}), initiator: "manual" }, "passed"],
  ])("%s", check("changeWindow"));
});

const byHand = stateWith([], { manualGates: [{ region: "east", state: "open", by: "ops", reason: "keep", at: at(1) }] });

describe("precedence", () => {
  it.each<Row>([
    ["nobody else wants anything", {}, "passed"],
    ["a person's hold on the region", { state: stateWith([hold("east", 1, { initiator: "manual" })]) }, "refused", "a person's run"],
    ["automation's own hold", { state: stateWith([hold("east", 1)]) }, "passed"],
    ["a person's hold on another region", { state: stateWith([hold("west", 1, { initiator: "manual" })]) }, "passed"],
    ["a gate set by hand on the region", { state: byHand }, "refused", "ops set the gate of east to open"],
    [
      "a gate set by hand elsewhere",
      { state: stateWith([], { manualGates: byHand.manualGates.map((g) => ({ ...g, region: "west" })) }) },
      "passed",
    ],
    ["a person goes before both", { state: byHand, initiator: "manual" }, "passed"],
  ])("%s", check("precedence"));
});

const pool = (region: string, state: Converged["state"] = "owed", kind: Converged["kind"] = "pool"): Converged => ({
  kind,
  target: "a/b",
  region,
  state,
  reason: "why",
  since: T0,
});
const owed = (...items: readonly Converged[]): Pick<GuardInput, "convergence"> => ({ convergence: { at: T0, items } });
const hub = { estate: hubAndSpoke(), verdicts: [regionVerdict("hub"), ...verdicts("failing", "healthy", "healthy")] };
const pair = hubToHub(["east", "west"], { edges: [] });
const everyPoolSpreads = normalRouting(pair).pools.map((p) => ({ ...p, members: [member("east", 1), member("west", 1)] }));
const noEdge = { estate: pair, routing: { pools: everyPoolSpreads, origins: [] } };
const hubInEast: Partial<GuardInput> = {
  estate: hubToHub(REGIONS, { gateways: [gateway("east", REGIONS)], edges: [] }),
};

describe("controlPlaneLocality", () => {
  it.each<Row>([
    ["there is a health gate, which needs no write", owed(...REGIONS.map((r) => pool(r))), "passed", "health gate"],
    ["a hub whose pools can be written", hub, "passed", "1 of 1"],
    ["a hub whose pools are owed", { ...hub, ...owed(pool("hub")) }, "refused", "all 1 gateways"],
    ["what is owed at the edge does not count", { ...hub, ...owed(pool("hub", "owed", "origin")) }, "passed"],
    ["what is written does not count", { ...hub, ...owed(pool("hub", "matched")) }, "passed"],
    ["the hub stands in the sick region and works", hubInEast, "passed"],
    [
      "the hub stands in the sick region and fails with it",
      { ...hubInEast, verdicts: [regionVerdict("east", "failing", "failing"), ...verdicts("healthy", "healthy").slice(1)] },
      "refused",
      "apim-east",
    ],
    ["of two gateways one can be written", { ...noEdge, ...owed(pool("west")) }, "passed", "1 of 2"],
    ["of two gateways none can", { ...noEdge, ...owed(pool("west"), pool("east")) }, "refused", "all 2"],
    ["the routing is unknown", { ...hub, routing: null }, "refused", "never been read"],
    ["only a gateway is to be left, and no edge leads to it", { ...noEdge, share: 1 }, "refused", "no lever"],
  ])("%s", check("controlPlaneLocality"));
});
