import { describe, expect, it } from "vitest";
import { Script } from "node:vm";
import { CONSTANTS, type Constant } from "../../rehearsal/constants.ts";
import type { DrillResult } from "../../rehearsal/drill/result.ts";
import { renderReport } from "../../rehearsal/report/report.ts";
import { EPOCH } from "../../rehearsal/virtual-time/clock.ts";
import { FAULT, grid, result } from "./fixture.ts";
import { rowsOf, tableWith, textOf } from "./support.ts";

const full = renderReport(grid(), CONSTANTS);
const render = (...results: readonly DrillResult[]) => renderReport(results, CONSTANTS);
const modeRows = (markup: string) => rowsOf(tableWith(markup, "modes"));

describe("the file", () => {
  it("loads nothing: every link stays in the page and the browser is told so", () => {
    const links = [...full.matchAll(/\s(?:href|src|srcset|action|data|poster)="([^"]*)"/g)].map((link) => link[1] ?? "");
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !/^(?:#|data:)/.test(link))).toEqual([]);
    expect(full).toMatch(/Content-Security-Policy" content="default-src &#39;none&#39;;/);
    expect(full).not.toMatch(/@import|url\(|<iframe|<object/);
  });

  it("carries scripts that parse, the plot library with its licence, and nothing left over", () => {
    const scripts = [...full.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((script) => script[1] ?? "");
    expect(scripts).toHaveLength(2);
    for (const script of scripts) expect(() => new Script(script)).not.toThrow();
    expect(scripts[0]).toContain("Permission is hereby granted");
    expect(textOf(full)).not.toMatch(/undefined|NaN|\[object/);
  });

  it("links only to sections that exist, with ids used once", () => {
    const ids = [...full.matchAll(/\sid="([^"]*)"/g)].map((id) => id[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const link of full.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(link[1]);
  });

  it("needs a result", () => {
    expect(() => render()).toThrow("at least one result");
  });
});

describe("every text of a drill", () => {
  const POISON = `</script><img src=x onerror="alert('1')">&amp;`;

  /** Appends the poison to every string but those that the types restrict. */
  function poisoned(value: unknown, key = ""): unknown {
    if (typeof value === "string") return ["automation", "gateway", "edge", "kind", "mark", "unit"].includes(key) ? value : value + POISON;
    if (Array.isArray(value)) return value.map((item) => poisoned(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [RECORDS.has(key) ? name + POISON : name, poisoned(item, name)]));
  }
  const RECORDS = new Set(["answeredBy", "shares", "controlPlaneCalls", "lostByResult"]);

  it("is escaped", () => {
    const breach = { invariant: "poolNeverEmpty", at: EPOCH, detail: "detail" } as const;
    const falsely = { at: EPOCH, region: "northland", failureShare: 0, reason: "healthy" } as const;
    const bad = result({}, { invariantViolations: [breach], falseEvacuations: [falsely] });
    const results = [bad, result({ automation: "off" })].map((one) => poisoned(one) as DrillResult);
    const constants = poisoned({ some: { value: 1, unit: "s", mark: "U", source: "source" } }) as Record<string, Constant>;
    const markup = renderReport(results, constants);
    expect(markup).not.toContain("<img");
    expect(markup.match(/<\/script>/g)).toHaveLength(3);
    // Every kind of text made it into the page all the same.
    for (const text of ["northland", "evacuate-northland-e1", "503", "fixture-estate", "handedOver", "detail", "source"]) {
      expect(textOf(markup)).toContain(`${text}${POISON}`);
    }
  });
});

describe("the table of modes", () => {
  it("has a row for every mode, on beside off under their gateway policy", () => {
    expect(modeRows(full).map(([first]) => first)).toEqual([
      "Automation",
      "Plain gateways",
      "on",
      "off",
      "Gateways with circuit breaker",
      "on",
      "off",
      "Gateways with circuit breaker and retries",
      "on",
      "off",
    ]);
  });

  it("gives every measure in seconds, and a dash with its legend for what did not happen", () => {
    const [, , on, off] = modeRows(full);
    expect(on).toEqual([
      "on",
      "21",
      "32.3",
      "31 better",
      "16",
      "70 better",
      "0.53 %",
      "310",
      "0",
      "0",
      "on is better −2,088 lost (−97 %) relief 1,169 s sooner",
    ]);
    expect(off).toEqual(["off", "–", "–", "1,200", "16", "2,158", "16.3 %", "–", "0", "0"]);
    expect(textOf(full)).toContain("– It did not happen, or there is nothing to measure");
  });

  it("says where off is better, in the cells too", () => {
    const lostMore = { lost: 900, timeToReliefSeconds: 60 };
    const [, , on, off] = modeRows(render(result({}, lostMore), result({ automation: "off" }, { lost: 10, timeToReliefSeconds: 0 })));
    expect(on?.at(-1)).toBe("off is better +890 lost (+8,900 %) relief 60 s later");
    expect([on?.[3], off?.[3]]).toEqual(["60", "0 better"]);
    expect([on?.[5], off?.[5]]).toEqual(["900", "10 better"]);
  });

  it("marks neither side of a tie", () => {
    const tie = { lost: 5, timeToReliefSeconds: null };
    const [, , on, off] = modeRows(render(result({}, tie), result({ automation: "off" }, tie)));
    expect(on?.slice(3, 6)).toEqual(["–", "16", "5"]);
    expect(off?.slice(3, 6)).toEqual(["–", "16", "5"]);
    expect(on?.at(-1)).toBe("even as many lost");
  });

  it("shows recommend between on and off, and a mode that has no counterpart", () => {
    const rows = modeRows(
      render(result({ automation: "off" }), result({ automation: "recommend" }), result(), result({ gateway: "breaker" })),
    );
    expect(rows.map(([first]) => first)).toEqual([
      "Automation",
      "Plain gateways",
      "on",
      "recommend",
      "off",
      "Gateways with circuit breaker",
      "on",
    ]);
    expect(rows.at(-1)?.at(-1)).toBe("not compared");
  });
});

describe("the sections", () => {
  it("open with the outcome in words, and with what must not be overlooked", () => {
    expect(textOf(full)).toContain("No false evacuation and no violated invariant in any of 10 drills.");
    const breach = { invariant: "poolNeverEmpty", at: EPOCH + 623_000, detail: "gateway/pool was left with 0 members" } as const;
    const text = textOf(render(result({}, { invariantViolations: [breach] })));
    expect(text).toContain("Not as it must be On, plain: 1 violated invariant.");
    expect(text).toContain("poolNeverEmpty on 10:23 gateway/pool was left with 0 members");
  });

  it("tell the timeline with the time since the onset and a tag for the kind", () => {
    const rows = rowsOf(tableWith(full, "since the last onset"));
    expect(rows).toContainEqual(["10:21 +21 s", "detect", expect.stringContaining("northland is failing")]);
    expect(full).toMatch(/<span class="kind kind-detect">\s*detect/);
  });

  it("list faults, runs, refusals, calls and table operations", () => {
    expect(rowsOf(tableWith(full, "Per fault"))[1]).toEqual([
      "Foundry down, northland, 10:00–30:00",
      "on",
      "21",
      "32.3",
      "31",
      "16",
      "70",
      "310",
      "–",
    ]);
    expect(rowsOf(tableWith(full, "Runs"))[1]).toEqual(["evacuate-northland-e1", "on", "handedOver", "10:21", "32:05", "1,304"]);
    expect(rowsOf(tableWith(full, "Guard refusals"))[1]).toEqual([expect.stringMatching(/^cooldown: /), "1", "0"]);
    expect(rowsOf(tableWith(full, "Calls of the control plane"))[1]).toEqual([expect.stringMatching(/^GET /), "492", "0"]);
    expect(rowsOf(tableWith(full, "Table operations"))[1]).toEqual(["on", "1,180", "160", "7.4", "0", "2,400", "8.4"]);
  });

  it("show a run that is still open", () => {
    const runs = [{ id: "open", outcome: null, startedSeconds: FAULT.from, endedSeconds: null }];
    expect(rowsOf(tableWith(render(result({}, { runs })), "Runs"))[1]).toEqual(["open", "on", "still open", "10:00", "–", "–"]);
  });

  it("give every constant with its unit, mark and source", () => {
    const rows = rowsOf(tableWith(full, "Every latency")).slice(1);
    expect(rows.map(([name]) => name)).toEqual(Object.keys(CONSTANTS));
    expect(rows[0]).toEqual(["poolPropagationSeconds", "10", "s", "D", CONSTANTS.poolPropagationSeconds.source, "propagation"]);
    expect(textOf(full)).toContain("U unverified: an assumption of ours");
  });

  it("set each sensitivity row under the mode it varies", () => {
    expect(rowsOf(tableWith(full, "Sensitivity")).map(([first]) => first)).toEqual([
      "Mode",
      "on, plain",
      "on, plain, propagation −50 %",
      "on, plain, propagation +50 %",
      "off, breaker-and-retry",
      "off, breaker-and-retry, breaker −50 %",
      "off, breaker-and-retry, breaker +50 %",
    ]);
  });

  it("tell all seeds, and of which one an alarm is", () => {
    const violation = { invariant: "weightsInRange" as const, at: 0, detail: "x" };
    const markup = render(result({}, {}, { seed: 1 }), result({}, { invariantViolations: [violation] }, { seed: 2 }));
    expect(markup).toMatch(/<dt>Seed<\/dt>\s*<dd>1, 2<\/dd>/);
    expect(markup).toContain("On, plain, seed 2: 1 violated invariant.");
  });

  it("sum up a sweep of onsets, the first one standing for the mode elsewhere", () => {
    const sweep = [31, null, 11].map((relief, onset) =>
      result({}, { timeToReliefSeconds: relief, lost: onset * 10 }, { onsetShiftSeconds: onset }),
    );
    const markup = render(...sweep.toReversed());
    expect(rowsOf(tableWith(markup, "Mean / worst"))[1]).toEqual([
      "on, plain",
      "3",
      "21 / 21",
      "32.3 / 32.3",
      "21 / 31, 1 never",
      "10 / 20",
    ]);
    expect(modeRows(markup)[2]?.[5]).toBe("0");
  });
});

describe("what the scenario expects", () => {
  const lines = (...results: readonly DrillResult[]): readonly string[] => {
    const list = /<ul class="expectations"[\s\S]*?<\/ul>/.exec(render(...results))?.[0] ?? "";
    return [...list.matchAll(/<li\b[^>]*>([\s\S]*?)<\/li>/g)].map((line) => textOf(line[1] ?? ""));
  };
  const met = { expectations: { met: true, unmet: [] } };
  const unmet = { expectations: { met: false, unmet: ["northland was not evacuated", "southland was evacuated"] } };

  it("is not spoken of when it expects nothing", () => {
    expect(lines(result(), result({ automation: "off" }))).toEqual([]);
  });

  it("is said to have come, or what of it has not", () => {
    expect(lines(result({}, met))).toEqual(["✓ All that the scenario expects of automation came"]);
    expect(lines(result({}, unmet))).toEqual(["✗ northland was not evacuated", "✗ southland was evacuated"]);
  });

  it("names the drill where there are several", () => {
    expect(lines(result({}, met), result({}, unmet, { seed: 2 }))).toEqual([
      "✓ All that the scenario expects of automation came (on, plain, seed 1)",
      "✗ northland was not evacuated (on, plain, seed 2)",
      "✗ southland was evacuated (on, plain, seed 2)",
    ]);
  });

  it("raises the alarm when it has not come", () => {
    expect(textOf(render(result({}, unmet)))).toContain("2 unmet expectations.");
    expect(textOf(render(result({}, met)))).not.toContain("Not as it must be");
  });
});
