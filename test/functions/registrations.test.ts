/** What the real host is told at start-up: names, triggers, routes and who may call. */
import { beforeAll, expect, it } from "vitest";
import type { Binding, RegisteredFunction } from "../../rehearsal/functions-host/core-module.ts";
import { registrationsOfSource } from "../support/app-under-test.ts";

let functions: readonly RegisteredFunction[] = [];
beforeAll(async () => {
  ({ functions } = await registrationsOfSource());
});

function trigger({ bindings }: RegisteredFunction): Binding {
  const found = Object.values(bindings).find(({ type }) => type.endsWith("Trigger"));
  if (found === undefined) throw new Error("a function without a trigger");
  return found;
}

function named(type: string): Record<string, Binding> {
  return Object.fromEntries(functions.filter((each) => trigger(each).type === type).map((each) => [each.name, trigger(each)]));
}

it("names are unique over all triggers, and in any case: the host refuses duplicates", () => {
  const names = functions.map(({ name }) => name.toLowerCase());

  expect(names).toEqual([...new Set(names)]);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]{2,126}$/);
});

it.each([
  ["status", "GET", "status", "function"],
  ["runs", "GET", "runs", "function"],
  ["run", "GET", "runs/{id}", "function"],
  ["planRun", "POST", "runbooks/{runbook}/plan", "function"],
  ["startRun", "POST", "runbooks/{runbook}", "function"],
  ["readGate", "GET,HEAD", "gates/{region}", "anonymous"],
  ["setGate", "PUT", "gates/{region}", "function"],
  ["readKillSwitch", "GET", "kill-switch", "function"],
  ["setKillSwitch", "PUT", "kill-switch", "function"],
  ["alerts", "POST", "alerts", "function"],
  ["approveRun", "POST", "runs/{id}/approve", "function"],
  ["declineRun", "POST", "runs/{id}/decline", "function"],
  ["decision", "GET", "regions/{region}/decision", "function"],
])("%s is %s %s for level %s", (name, method, route, authLevel) => {
  expect(named("httpTrigger")[name]).toMatchObject({ methods: method.split(","), route, authLevel });
});

it("nothing else is reached by HTTP, and nothing but reading a gate is anonymous", () => {
  const http = Object.entries(named("httpTrigger"));

  expect(http).toHaveLength(13);
  expect(http.filter(([, { authLevel }]) => authLevel !== "function").map(([name]) => name)).toEqual(["readGate"]);
});

it("the timers are those of the product, the probe's at the pace that the settings say", () => {
  expect(named("timerTrigger")).toMatchObject({
    probe: { schedule: "%PROBE_SCHEDULE%" },
    knowledge: { schedule: "45 * * * * *" },
    reconcile: { schedule: "30 * * * * *" },
  });
  expect(Object.keys(named("timerTrigger"))).toHaveLength(3);
});

it("orchestrations and activities are those of the contracts", () => {
  expect(Object.keys(named("orchestrationTrigger")).sort()).toEqual(["evacuate", "investigate", "restore"]);
  expect(Object.keys(named("activityTrigger")).sort()).toEqual(["converge", "finish", "intend", "observe", "probeNow", "record", "verify"]);
});

it("breaker events come one at a time, by Event Grid", () => {
  expect(Object.keys(named("eventGridTrigger"))).toEqual(["breakerEvents"]);
  expect(named("eventGridTrigger")["breakerEvents"]?.["cardinality"]).toBeUndefined();
});

it.each(["startRun", "alerts", "approveRun", "declineRun", "breakerEvents", "run", "probe", "converge", "probeNow"])(
  "%s gets the durable client",
  (name) => {
    const found = functions.find((each) => each.name === name);

    expect(Object.values(found?.bindings ?? {})).toContainEqual(expect.objectContaining({ type: "durableClient", direction: "in" }));
  },
);
