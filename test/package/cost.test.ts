/** `npm run cost`: what is counted, and how a month's bill follows from it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { alwaysReady, billOf, totalOf, type Line } from "../../bench/cost/bill.ts";
import type { Counts } from "../../bench/cost/counts.ts";
import { estateOf } from "../../bench/cost/estate.ts";
import { measureQuietHour } from "../../bench/cost/measure.ts";
import { PRICES } from "../../bench/cost/prices.ts";
import { costTables, withTables } from "../../bench/cost/table.ts";
import { parseEstate } from "../../src/config/load.ts";

const METRICS = "GET /subscriptions/{subscription}/accounts/{account}/providers/Microsoft.Insights/metrics";
const HOUR: Counts = {
  executions: { probe: 240, knowledge: 60, reconcile: 60, readGate: 360 },
  billedSeconds: { probe: 300, knowledge: 60 },
  tableOperations: 1000,
  controlPlaneCalls: { [METRICS]: 100, "POST /metrics-batch/{region}/subscriptions/{subscription}/metrics:getBatch": 0 },
  probesOfGateways: 240,
  probes: { "gpt-4o-region1": { requests: 240, tokens: 3360 }, "gpt-4o-mini-region1": { requests: 240, tokens: 3360 } },
};

function lineOf(counts: Counts, what: RegExp): Line {
  const line = billOf(counts).find((each) => what.test(each.what));
  if (line === undefined) throw new Error(`no line ${what.source}`);
  return line;
}

describe("a month's bill", () => {
  it.each<[what: RegExp, quantity: number, dollars: number]>([
    // (300 + 60 + 60) s × 2 GB × 730 h
    [/^timers/, 613_200, 613_200 * 0.000026],
    // 360 s × 2 GB × 730 h
    [/^gates/, 525_600, 525_600 * 0.000016],
    [/^executions/, 525_600, 525_600 * 0.4e-6],
    [/^state/, 730_000, 73 * 0.00036],
    // 5 queues, each every 2 s
    [/queues, idle/, 6_570_000, 657 * 0.004],
    // 240 × 5 out of 3360 tokens are output
    [/`gpt-4o`$/, 2_452_800, 730 * (2160 * 2.5e-6 + 1200 * 10e-6)],
    [/`gpt-4o-mini`$/, 2_452_800, 730 * (2160 * 0.15e-6 + 1200 * 0.6e-6)],
  ])("%s", (what, quantity, dollars) => {
    const line = lineOf(HOUR, what);
    expect(line.quantity).toBeCloseTo(quantity, 3);
    expect(line.dollars).toBeCloseTo(dollars, 6);
  });

  it("an instance that answers gates is busy for an hour of each hour at most", () => {
    const busy = { ...HOUR, executions: { ...HOUR.executions, readGate: 10_800 } };
    expect(lineOf(busy, /^gates/).quantity).toBe(3600 * 2 * 730);
  });

  it.each([
    ["within the free million", 1000, 0],
    ["beyond it", 2000, (2000 * 730 - 1_000_000) * 0.00001],
  ])("calls for metrics %s", (_, perHour, dollars) => {
    expect(lineOf({ ...HOUR, controlPlaneCalls: { [METRICS]: perHour } }, /^metrics/).dollars).toBeCloseTo(dollars, 6);
  });

  it("always-ready instances are told apart", () => {
    expect(alwaysReady().dollars).toBeCloseTo(2 * 2 * 3600 * 730 * 0.000004, 6);
    expect(billOf(HOUR).some(({ what }) => what.includes("always-ready"))).toBe(false);
  });
});

describe("docs/cost.md", () => {
  const document = readFileSync(new URL("../../docs/cost.md", import.meta.url), "utf8");

  it("has the prices that the bill is made of", () => {
    const missing = Object.values(PRICES).filter(
      ({ dollars, source }) => !document.split("\n").some((row) => row.includes(`| ${dollars} |`) && row.includes(source)),
    );
    expect(missing).toEqual([]);
  });

  it("is written between its marks only, and not at all without them", () => {
    const tables = costTables([{ regions: 3, counts: HOUR }]);
    const written = withTables(document, tables);
    expect(written).toContain(tables);
    expect(written.split("<!-- measured:cost -->")[0]).toBe(document.split("<!-- measured:cost -->")[0]);
    expect(() => withTables("# What it costs", tables)).toThrow("lacks");
  });

  it("sums up what stands above the sum", () => {
    const total = totalOf(billOf(HOUR));
    expect(costTables([{ regions: 3, counts: HOUR }])).toContain(`| **what happens** | | | **${total.toFixed(2)}** |`);
  });
});

it.each([2, 3, 30])("the estate of %i regions is valid and has a gateway and two deployments in each", (regions) => {
  const loaded = parseEstate(estateOf(regions));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  expect(loaded.estate.gateways).toHaveLength(regions);
  expect(loaded.estate.deployments).toHaveLength(2 * regions);
});

it(
  "a quiet hour is counted: every target in every round, and no more table operations than the design allows",
  { timeout: 240_000 },
  async () => {
    const regions = 2;
    const counts = await measureQuietHour(estateOf(regions));
    const rounds = 240;
    expect(counts.executions).toEqual({ probe: rounds, knowledge: 60, reconcile: 60, readGate: regions * 360 });
    expect(Object.values(counts.probes).map(({ requests }) => requests)).toEqual(Array.from({ length: 2 * regions }, () => rounds));
    expect(Object.values(counts.probes).every(({ requests, tokens }) => tokens > requests)).toBe(true);
    expect(counts.probesOfGateways).toBe(regions * rounds);
    expect(counts.tableOperations).toBeGreaterThan(2 * rounds);
    expect(counts.tableOperations).toBeLessThanOrEqual(8 * rounds);
    expect(counts.billedSeconds.probe).toBeGreaterThanOrEqual(rounds);
  },
);
