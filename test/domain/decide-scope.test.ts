import { describe, expect, it } from "vitest";
import { decide, type DecideInput, type Decision } from "../../src/domain/decide.ts";
import type { Deployment, Estate } from "../../src/domain/estate.ts";
import type { Hold } from "../../src/domain/hold.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import type { PoolMember } from "../../src/domain/routing.ts";
import type { VerdictState } from "../../src/domain/verdict.ts";
import {
  at,
  capacity,
  deployment,
  hold,
  hubToHub,
  mixedVerdict,
  normalRouting,
  regionVerdict,
  stateWith,
  T0,
} from "../support/builders.ts";

const EAST_DOWN = [regionVerdict("east", "failing"), regionVerdict("west"), regionVerdict("north")];

const east = (changes: Partial<DecideInput> = {}): Decision => {
  const estate = changes.estate ?? hubToHub();
  const found = decide({
    estate,
    state: stateWith([]),
    verdicts: EAST_DOWN,
    capacity: capacity(estate, 300_000),
    routing: normalRouting(estate),
    convergence: null,
    now: at(1000),
    ...changes,
  });
  const [decision] = found;
  if (decision === undefined) throw new Error("no decision");
  return decision;
};

describe("one model of three", () => {
  const mini = (region: string): Deployment =>
    deployment(region, {
      id: `mini-${region}`,
      resourceId: `${deployment(region).resourceId}-mini`,
      model: { name: "mini", version: "1" },
    });
  const regions = ["east", "west", "north"];
  const three = hubToHub(regions, { deployments: regions.flatMap((region) => [deployment(region), mini(region)]) });
  const gateways = three.gateways.map((gateway) => ({
    ...gateway,
    pools: [...gateway.pools, { name: "mini", members: regions.map((r) => ({ backend: `mini-${r}`, deployment: `mini-${r}` })) }],
  }));
  const both = { ...three, gateways };
  const members = (name: string, own: string): PoolMember[] =>
    regions.map((r) => ({ id: `/backends/${name}-${r}`, priority: r === own ? 1 : 2 }));
  const routing = {
    pools: gateways.flatMap(({ id, region }) => [
      { gateway: id, pool: "gpt", members: members("foundry", region) },
      { gateway: id, pool: "mini", members: members("mini", region) },
    ]),
    origins: [],
  };
  const partly = (...failing: string[]): RegionVerdict => regionVerdict("east", "inconclusive", "healthy", T0, { failing });
  const well = ["west", "north"].map((r) => mixedVerdict(r, { [`gpt-${r}`]: "healthy", [`mini-${r}`]: "healthy" }));
  const decideFor = (verdict: RegionVerdict, holds: Hold[] = []): Decision =>
    east({ estate: both, routing, capacity: capacity(both, 100_000), state: stateWith(holds), verdicts: [verdict, ...well] });

  it("evacuates only what fails, and counts only its tokens", () => {
    expect(decideFor(partly("mini-east"))).toMatchObject({
      action: "evacuate",
      scope: ["mini-east"],
      share: 0,
      admission: { demand: 100_000 },
    });
  });

  it("leaves alone what fails and carries nothing", () => {
    expect(decideFor(partly("unused-east"))).toMatchObject({ action: "none" });
  });

  it.each<[rule: string, verdict: RegionVerdict, held: Partial<Hold>, action: Decision["action"], scope: readonly string[] | null]>([
    ["the same still fails: nothing more", partly("mini-east"), {}, "none", null],
    ["another one fails too: both", partly("mini-east", "gpt-east"), {}, "evacuate", ["mini-east", "gpt-east"]],
    ["another one fails, the first is well: both all the same", partly("gpt-east"), {}, "evacuate", ["mini-east", "gpt-east"]],
    ["the whole region fails: all of it", regionVerdict("east", "failing"), {}, "evacuate", null],
    [
      "another one fails while the first is restored: both",
      partly("gpt-east"),
      { owner: "restore-east-x", targetShare: 1 },
      "evacuate",
      ["mini-east", "gpt-east"],
    ],
    [
      "it fails again while it is restored: wake its run",
      partly("mini-east"),
      { owner: "restore-east-x", targetShare: 1, share: 0.25 },
      "wake",
      ["mini-east"],
    ],
    [
      "a person's hold is not widened, and people are told",
      partly("gpt-east"),
      { initiator: "manual" },
      "refuse",
      ["mini-east", "gpt-east"],
    ],
    [
      "what a person keeps in it fails: people are told",
      partly("mini-east"),
      { initiator: "manual", targetShare: 0.5 },
      "refuse",
      ["mini-east"],
    ],
    ["what a person has left fails: nothing more", partly("mini-east"), { initiator: "manual" }, "none", null],
    [
      "a gateway that was left, and now a part fails: that part",
      partly("mini-east"),
      { scope: null, share: 1, targetShare: 1 },
      "evacuate",
      ["mini-east"],
    ],
  ])("held for one: %s", (_rule, verdict, changes, action, scope) => {
    expect(decideFor(verdict, [hold("east", 0, { scope: ["mini-east"], ...changes })])).toMatchObject({ action, scope });
  });
});

describe("a held region, by mode", () => {
  const well = [regionVerdict("east"), ...EAST_DOWN.slice(1)];
  const restoring = (safety: Partial<Estate["safety"]>): Decision =>
    east({ estate: hubToHub(undefined, { safety }), state: stateWith([hold("east", 0)]), verdicts: well });

  it.each<[rule: string, safety: Partial<Estate["safety"]>, action: Decision["action"]]>([
    ["auto", { mode: "auto" }, "restore"],
    ["approve: start, and the run waits", { mode: "approve" }, "restore"],
    ["recommend: say so", { mode: "recommend" }, "recommend"],
    ["off: nothing is decided", { mode: "off" }, "none"],
    ["the runbook's own mode wins", { mode: "off", modes: { evacuate: null, restore: "auto" } }, "restore"],
    ["a blackout holds it back", { blackouts: [{ days: [], from: "00:00", to: "23:00", reason: "audit" }] }, "none"],
  ])("%s", (_rule, safety, action) => {
    const found = restoring(safety);
    expect(found).toMatchObject({ action, runbook: action === "none" ? null : "restore" });
  });

  it.each<[rule: string, safety: Partial<Estate["safety"]>, declinedAt: number, action: Decision["action"]]>([
    ["nobody answered: not asked again at once", { mode: "approve", cooldownSeconds: 600 }, 900, "none"],
    ["nobody answered: asked again after the cooldown", { mode: "approve", cooldownSeconds: 600 }, 400, "restore"],
    ["nobody is to be asked: nothing to wait for", { mode: "auto", cooldownSeconds: 600 }, 900, "restore"],
    ["an earlier restore says nothing of this hold", { mode: "approve", cooldownSeconds: 6000 }, -1, "restore"],
  ])("%s", (_rule, safety, declinedAt, action) => {
    const state = stateWith([hold("east", 0)], { lastReleased: { east: at(declinedAt) } });
    expect(east({ estate: hubToHub(undefined, { safety }), state, verdicts: well }).action).toBe(action);
  });

  it.each(["pending", "declined"] as const)("that is %s is neither restored nor evacuated again", (state) => {
    const approval = { state, until: at(1500), default: "decline" } as const;
    const held = stateWith([hold("east", 1, { approval })]);
    expect(east({ state: held, verdicts: well }).action).toBe("none");
    expect(east({ state: held }).action).toBe("none");
  });
});

describe("a hold on some deployments is restored by how these stand", () => {
  it.each<[rule: string, states: Readonly<Record<string, VerdictState>>, action: Decision["action"]]>([
    ["well, and so is the rest", { a: "healthy", b: "healthy" }, "restore"],
    ["well, and another strains", { a: "healthy", b: "pressured" }, "restore"],
    ["well, and another was deleted", { a: "healthy", b: "misconfigured" }, "restore"],
    ["not measured", { a: "inconclusive", b: "healthy" }, "none"],
    ["straining", { a: "pressured", b: "healthy" }, "none"],
    ["gone from the estate: the region as a whole counts", { b: "healthy" }, "restore"],
  ])("%s", (_rule, states, action) => {
    const state = stateWith([hold("east", 0, { scope: ["a"] })]);
    expect(east({ state, verdicts: [mixedVerdict("east", states), ...EAST_DOWN.slice(1)] }).action).toBe(action);
  });
});

it("a part of a region that fails while all of it is restored hurries its run, which was to go up by steps", () => {
  const verdicts = [mixedVerdict("east", { a: "failing", b: "healthy", c: "healthy" }), ...EAST_DOWN.slice(1)];
  const restoring = (mode: Hold["mode"]): Decision["action"] =>
    east({ state: stateWith([hold("east", 0.5, { owner: "restore-east-x", targetShare: 1, mode })]), verdicts }).action;
  expect(restoring("graceful")).toBe("wake");
  expect(restoring("ungraceful")).toBe("none");
});
