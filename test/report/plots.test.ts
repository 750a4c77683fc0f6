import { describe, expect, it } from "vitest";
import type { DrillResult } from "../../rehearsal/drill/result.ts";
import { policyGroups } from "../../rehearsal/report/groups.ts";
import { plotsOf } from "../../rehearsal/report/plots.ts";
import { FAULT, REGIONS, result } from "./fixture.ts";

function plots(...results: readonly DrillResult[]) {
  const [group] = policyGroups(results);
  if (group === undefined) throw new Error("no group");
  return plotsOf(group);
}

const both = () => plots(result(), result({ automation: "off" }));

describe("the plots of a policy", () => {
  it("shade the fault and mark detect, effective, relief and restore where they were measured", () => {
    expect(both()).toMatchObject({
      endsAt: 2400,
      faults: [{ ...FAULT, label: "Foundry down, northland" }],
      markers: [
        { at: 621, label: "detect" },
        { at: 631, label: "relief" },
        { at: 632.3, label: "effective" },
        { at: 2110, label: "restore" },
      ],
    });
  });

  it("mark nothing that never happened", () => {
    const nothing = {
      timeToDetectSeconds: null,
      timeToEvacuationEffectiveSeconds: null,
      timeToReliefSeconds: null,
      timeToRestoreSeconds: null,
    };
    const faults = result().faults.map((fault) => ({ ...fault, ...nothing }));
    expect(plots(result({}, {}, { faults })).markers).toEqual([]);
  });

  it("mark once what two faults of a region share", () => {
    const faults = [...result().faults, ...result().faults];
    expect(plots(result({}, {}, { faults })).markers).toHaveLength(4);
  });

  it("name the fault where two of them differ", () => {
    const [first] = result().faults;
    if (first === undefined) throw new Error("the fixture has a fault");
    const faults = [first, { ...first, kind: "gatewayDown" as const, timeToEvacuationEffectiveSeconds: 95 }];
    expect(plots(result({}, {}, { faults })).markers.map(({ label }) => label)).toEqual([
      "detect",
      "relief",
      "effective (Foundry down, northland)",
      "effective (gateway down, northland)",
      "restore",
    ]);
  });

  it("put lost requests on and off into one chart, each series as long as its times, its last bin drawn to its end", () => {
    const [lost] = both().charts;
    expect(lost?.series.map(({ label, color }) => [label, color])).toEqual([
      ["automation on", "on"],
      ["automation off", "off"],
    ]);
    expect(lost?.x.at(-1)).toBe(2400);
    for (const { values } of lost?.series ?? []) expect(values).toHaveLength(lost?.x.length ?? -1);
    const sum = (values: readonly (number | null)[] = []) => values.slice(0, -1).reduce<number>((total, value) => total + (value ?? 0), 0);
    expect(sum(lost?.series[0]?.values)).toBe(result().summary.lost);
    expect(sum(lost?.series[1]?.values)).toBe(result({ automation: "off" }).summary.lost);
  });

  it("leave a gap where the other side's drill was longer", () => {
    const off = result({ automation: "off" });
    const [lost] = plots(result(), { ...off, bins: off.bins.slice(0, 10) }).charts;
    expect(lost?.series[1]?.values.slice(9, 12)).toEqual([0, 0, null]);
  });

  it("show answers per region with one scale for on and off", () => {
    const [, on, off] = both().charts;
    expect([on?.title, off?.title]).toEqual([
      "Requests answered per 15 s by region, automation on",
      "Requests answered per 15 s by region, automation off",
    ]);
    expect(on?.series.map(({ label }) => label)).toEqual([...REGIONS]);
    expect(on?.max).toBe(off?.max);
  });

  it("show the shares of the pool that moved most, until the end", () => {
    const shares = both().charts.at(-1);
    expect(shares?.title).toContain("apim-northland/gpt-4o");
    expect(shares?.x).toEqual([0, 622, 1930, 1990, 2050, 2110, 2400]);
    expect(shares?.series[0]).toMatchObject({ label: "northland", values: [1, 0, 0.05, 0.25, 0.5, 1, 1] });
  });

  it("take the last of several pool writes at one instant", () => {
    const pool = "gateway/pool";
    const poolShares = [1, 0.4].map((northland) => ({ at: 0, pool, shares: { northland } }));
    expect(plots(result({}, {}, { poolShares })).charts.at(-1)?.series[0]?.values).toEqual([0.4, 0.4]);
  });

  it("fold the least busy of many regions into one line, the failing one never", () => {
    const names = Array.from({ length: 12 }, (_, index) => `region${index}`);
    const answeredBy = { northland: 0, ...Object.fromEntries(names.map((name, index) => [name, index])) };
    const bins = result().bins.map((bin) => ({ ...bin, answeredBy }));
    const answered = plots(result({}, {}, { bins })).charts[1];
    expect(answered?.series.map(({ label }) => label)).toEqual(["northland", ...names.slice(6), "6 other regions"]);
    expect(answered?.series.at(-1)?.values[0]).toBe(0 + 1 + 2 + 3 + 4 + 5);
  });

  it("tell in words what they show", () => {
    const [lost, , , shares] = both().charts;
    expect(lost?.summary).toMatch(/automation on: 70 lost, at most 24 at 10:30; automation off: 2,158 lost/);
    expect(shares?.summary).toContain("from 10:22 northland 0\u00a0%, southland 50\u00a0%, eastland 50\u00a0%");
  });

  it("show a single drill by itself", () => {
    expect(plots(result({ automation: "recommend" })).charts.map(({ title }) => title)).toEqual([
      "Lost requests per 15 s",
      "Requests answered per 15 s by region, automation recommend",
      expect.stringContaining("apim-northland/gpt-4o"),
    ]);
  });
});
