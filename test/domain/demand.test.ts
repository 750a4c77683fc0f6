import { expect, it } from "vitest";
import { expectedDemand, type DemandHour } from "../../src/domain/demand.ts";

const NOW = "2026-01-12T09:30:00.000Z";
const hour = (at: string, tokens: number | null): DemandHour => ({ at: `2026-01-${at}:00:00.000Z`, tokens });

it.each<[rule: string, hours: DemandHour[], tokensPerMinute: number | null]>([
  ["no history", [], null],
  ["this hour, as tokens per minute", [hour("11T09", 6000)], 100],
  ["the next hour", [hour("11T10", 6000)], 100],
  ["the most of all days and both hours", [hour("11T09", 600), hour("08T10", 6000), hour("07T09", 1200)], 100],
  ["other hours of the day do not count", [hour("12T04", 60_000), hour("11T08", 60_000), hour("11T11", 60_000)], null],
  ["an hour that has not ended is not whole", [hour("12T09", 60_000)], null],
  ["seven days back counts", [hour("05T10", 6000)], 100],
  ["eight days back does not", [hour("04T09", 6000)], null],
  ["hours without data are left out, and are not zero", [hour("11T09", null)], null],
])("expected demand: %s", (_rule, hours, tokensPerMinute) => {
  expect(expectedDemand(hours, NOW)).toBe(tokensPerMinute);
});

it("before midnight the next hour is tomorrow's first", () => {
  expect(expectedDemand([hour("11T00", 6000)], "2026-01-12T23:10:00.000Z")).toBe(100);
});
