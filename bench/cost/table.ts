/** The bill as Markdown, and its place in docs/cost.md. */
import { alwaysReady, armReadsPerHour, billOf, HOURS_PER_MONTH, totalOf, type Line } from "./bill.ts";
import type { Counts } from "./counts.ts";
import { ASSUMED, PRICES, PRICES_AS_OF } from "./prices.ts";

export interface Measured {
  readonly regions: number;
  readonly counts: Counts;
}

export function costTables(measured: readonly Measured[]): string {
  return [monthTable(measured), hourTable(measured), pricesTable(), assumptionsTable()].join("\n\n");
}

function monthTable(measured: readonly Measured[]): string {
  const bills = measured.map(({ counts }) => billOf(counts));
  const rows = (bills[0] ?? []).map((first, index) =>
    row(
      first,
      bills.map((bill) => bill[index]).filter((line) => line !== undefined),
    ),
  );
  const ready = alwaysReady();
  const each = (value: (bill: readonly Line[]) => string): string => bills.map((bill) => ` | ${value(bill)}`).join("");
  return [
    `| a month of ${HOURS_PER_MONTH} hours | by |${measured.map(({ regions }) => ` ${regions} regions | $ |`).join("")}`,
    `|---|---|${measured.map(() => "--:|--:|").join("")}`,
    ...rows,
    `| **what happens** | |${each((bill) => `| **${money(totalOf(bill))}**`).slice(2)} |`,
    row(
      ready,
      measured.map(() => ready),
    ),
    `| **with them** | |${each((bill) => `| **${money(totalOf([...bill, ready]))}**`).slice(2)} |`,
  ].join("\n");
}

function row(first: Line, lines: readonly Line[]): string {
  return `| ${first.what} | ${first.basis} | ${lines.map(({ quantity, unit, dollars }) => `${amount(quantity)} ${unit}`.trim() + ` | ${money(dollars)}`).join(" | ")} |`;
}

function hourTable(measured: readonly Measured[]): string {
  const counted: readonly (readonly [string, (counts: Counts) => number])[] = [
    ["executions of `probe`", ({ executions }) => executions.probe],
    ["executions of `knowledge`", ({ executions }) => executions.knowledge],
    ["executions of `reconcile`", ({ executions }) => executions.reconcile],
    ["executions of `readGate`", ({ executions }) => executions.readGate],
    ["seconds billed for `probe`", ({ billedSeconds }) => billedSeconds.probe],
    ["seconds billed for `knowledge`", ({ billedSeconds }) => billedSeconds.knowledge],
    ["requests to Table Storage", ({ tableOperations }) => tableOperations],
    ["reads of Resource Manager, metrics included", armReadsPerHour],
    ["calls of the metrics batch API", ({ controlPlaneCalls }) => callsEndingIn(controlPlaneCalls, ":getBatch")],
    ["queries of Log Analytics", ({ controlPlaneCalls }) => callsEndingIn(controlPlaneCalls, "/query")],
    ["probes of deployments", ({ probes }) => sum(Object.values(probes).map(({ requests }) => requests))],
    ["tokens of these", ({ probes }) => sum(Object.values(probes).map(({ tokens }) => tokens))],
    ["probes of gateways", ({ probesOfGateways }) => probesOfGateways],
  ];
  return [
    `| counted in a quiet hour |${measured.map(({ regions }) => ` ${regions} regions |`).join("")}`,
    `|---|${measured.map(() => "--:|").join("")}`,
    ...counted.map(([what, of]) => `| ${what} | ${measured.map(({ counts }) => amount(of(counts))).join(" | ")} |`),
  ].join("\n");
}

function pricesTable(): string {
  const rows = Object.entries(PRICES).map(
    ([name, { dollars, per, mark, source }]) => `| ${words(name)} | ${dollars} | ${amount(per)} | ${mark} | ${source} |`,
  );
  return [`| price, as of ${PRICES_AS_OF} | $ | per | mark | source |`, "|---|--:|--:|---|---|", ...rows].join("\n");
}

function assumptionsTable(): string {
  const rows = Object.entries(ASSUMED).map(
    ([name, { value, mark, source }]) => `| ${words(name)} | ${amount(value)} | ${mark} | ${source} |`,
  );
  return ["| assumed | | mark | source |", "|---|--:|---|---|", ...rows].join("\n");
}

const BEGIN = "<!-- measured:cost -->";
const END = "<!-- /measured -->";

/** Throws when the place is not there: nothing would be written. */
export function withTables(document: string, tables: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`the document lacks ${BEGIN} … ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n${tables}\n${document.slice(end)}`;
}

function callsEndingIn(calls: Counts["controlPlaneCalls"], ending: string): number {
  return sum(Object.entries(calls).map(([route, count]) => (route.endsWith(ending) ? count : 0)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function words(name: string): string {
  return name.includes(" ") ? name : name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function money(dollars: number): string {
  return dollars.toFixed(2);
}

function amount(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 1 : 0 });
}
