import { describe, expect, it } from "vitest";
import { checkBindings } from "../../rehearsal/functions-host/worker.ts";
import { parseHostJson } from "../../rehearsal/functions-host/host-json.ts";
import { parseRoute } from "../../rehearsal/functions-host/routes.ts";
import { parseSchedule, resolveSettings } from "../../rehearsal/functions-host/schedule.ts";

describe("a schedule", () => {
  it.each([
    ["*/15 * * * * *", "2026-01-05T00:00:00Z", "2026-01-05T00:00:15Z"],
    ["*/15 * * * * *", "2026-01-05T00:00:14.999Z", "2026-01-05T00:00:15Z"],
    ["0 */5 * * * *", "2026-01-05T00:03:20Z", "2026-01-05T00:05:00Z"],
    ["0 0 9-17/4 * * *", "2026-01-05T13:00:00Z", "2026-01-05T17:00:00Z"],
    ["30 59 23 * * *", "2026-12-31T23:59:30Z", "2027-01-01T23:59:30Z"],
    ["0 0 0 1 3 *", "2026-03-01T00:00:00Z", "2027-03-01T00:00:00Z"],
    ["0 0 12 * * 1,5", "2026-01-05T12:00:00Z", "2026-01-09T12:00:00Z"],
    ["0 0 0 29 2 *", "2026-01-05T00:00:00Z", "2028-02-29T00:00:00Z"],
  ])("%s after %s is due at %s", (expression, after, due) => {
    expect(new Date(parseSchedule(expression)(Date.parse(after)))).toEqual(new Date(due));
  });

  it.each([
    ["*/15 * * * *", "expected six fields"],
    ["00:00:15", "expected six fields"],
    ["60 * * * * *", `does not understand "60" as second (0-59)`],
    ["0 0 0 * JAN *", `does not understand "JAN" as month`],
    ["*/0 * * * * *", `does not understand "*/0" as second`],
  ])("%s is refused: %s", (expression, message) => {
    expect(() => parseSchedule(expression)).toThrow(message);
  });

  it("takes %NAME% from the settings, and refuses one that is not set", () => {
    expect(resolveSettings("%PROBE%", { PROBE: "*/15 * * * * *" })).toBe("*/15 * * * * *");
    expect(() => resolveSettings("%PROBE%", {})).toThrow("names the app setting PROBE, which is not set");
  });
});

describe("a route", () => {
  it.each([
    ["runbooks/{runbook}/plan", "runbooks/evacuate/plan", { runbook: "evacuate" }],
    ["runbooks/{runbook}/plan", "RUNBOOKS/evacuate/PLAN", { runbook: "evacuate" }],
    ["runbooks/{runbook}/plan", "runbooks/evacuate", undefined],
    ["runs/{id?}", "runs", {}],
    ["runs/{id?}", "runs/7", { id: "7" }],
    ["runs/{id?}", "runs/7/8", undefined],
    ["files/{*rest}", "files/a/b", { rest: "a/b" }],
  ])("%s on %s", (template, path, parameters) => {
    expect(parseRoute(template).match(path.split("/"))).toEqual(parameters);
  });

  it.each(["runs/{id:int}", "{id?}/runs", "run{id}"])("%s is refused", (template) => {
    expect(() => parseRoute(template)).toThrow(`Route "${template}"`);
  });
});

describe("host.json", () => {
  it("gives the documented defaults when it says nothing", () => {
    expect(parseHostJson({ version: "2.0" })).toEqual({
      routePrefix: "api",
      hubName: "TestHubName",
      maxConcurrentActivities: 10,
      activityVisibilityMilliseconds: 300_000,
    });
  });

  it("is honoured", () => {
    const durableTask = {
      hubName: "Failover",
      maxConcurrentActivityFunctions: 3,
      storageProvider: { workItemQueueVisibilityTimeout: "00:01:30" },
    };
    expect(parseHostJson({ extensions: { http: { routePrefix: "" }, durableTask } })).toEqual({
      routePrefix: "",
      hubName: "Failover",
      maxConcurrentActivities: 3,
      activityVisibilityMilliseconds: 90_000,
    });
  });

  it.each([
    [{ hubName: "1a" }, "hubName"],
    [{ storageProvider: { workItemQueueVisibilityTimeout: "5m" } }, 'expected [d.]hh:mm:ss, found "5m"'],
  ])("%j is refused", (durableTask, message) => {
    expect(() => parseHostJson({ extensions: { durableTask } })).toThrow(message);
  });
});

describe("bindings", () => {
  it.each([
    ["eventHubTrigger", "in"],
    ["entityTrigger", "in"],
    ["queue", "out"],
    ["table", "in"],
  ])("%s (%s) is refused by name at the start", (type, direction) => {
    const timer = { type: "timerTrigger", direction: "in" };
    const called = { name: "f", bindings: { timer, other: { type, direction } }, handler: () => undefined };

    expect(() => checkBindings([called])).toThrow(`function "f": ${direction} binding "${type}"`);
  });
});
