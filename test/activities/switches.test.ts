import { beforeEach, describe, expect, it } from "vitest";
import { createGateReader, readKillSwitch, setGate, setKillSwitch } from "../../src/activities/switches.ts";
import { at, hold } from "../support/builders.ts";
import { fakeDeps, ledger, type FakeDeps } from "../support/fake-deps.ts";
import { setState, stateOf } from "./support.ts";

let deps: FakeDeps;
beforeEach(() => {
  deps = fakeDeps();
});
const by = { by: "ops@contoso.com", reason: "drill" };

describe("the kill switch", () => {
  it("is off until somebody turns it on, and remembers who and why", async () => {
    expect(await readKillSwitch(deps)).toBeNull();
    await deps.clock.advance(5);
    await setKillSwitch(deps, true, by);
    expect(await readKillSwitch(deps)).toEqual({ on: true, ...by, at: at(5) });
    await setKillSwitch(deps, false, by);
    expect(await readKillSwitch(deps)).toMatchObject({ on: false });
    expect(await ledger(deps, null)).toEqual([
      "intend kill switch on by ops@contoso.com: drill",
      "intend kill switch off by ops@contoso.com: drill",
    ]);
  });

  it("leaves the holds as they are", async () => {
    await setState(deps, [hold("east", 0)]);
    await setKillSwitch(deps, true, by);
    expect((await stateOf(deps)).holds).toEqual([hold("east", 0)]);
  });
});

describe("a gate set by hand", () => {
  it("wins over the hold, until it is given back", async () => {
    await setState(deps, [hold("east", 0, { gate: "closed" })]);
    expect(await setGate(deps, "east", "open", by)).toBe("open");
    expect(await setGate(deps, "east", "auto", by)).toBe("closed");
    expect((await stateOf(deps)).manualGates).toEqual([]);
  });

  it("replaces the one before, and leaves other regions alone", async () => {
    await setGate(deps, "east", "closed", by);
    await setGate(deps, "west", "closed", by);
    expect(await setGate(deps, "east", "open", by)).toBe("open");
    expect((await stateOf(deps)).manualGates.map(({ region, state }) => [region, state])).toEqual([
      ["west", "closed"],
      ["east", "open"],
    ]);
  });
});

describe("what gateways ask", () => {
  it("is the hold's gate, or a person's word", async () => {
    await setState(deps, [hold("east", 0, { gate: "closed" })]);
    const gate = createGateReader(deps);
    expect([await gate("east"), await gate("west"), await gate("unknown")]).toEqual(["closed", "open", "open"]);
    await setGate(deps, "east", "open", by);
    await deps.clock.advance(5);
    expect(await gate("east")).toBe("open");
  });

  it("is read once in five seconds for all regions", async () => {
    let reads = 0;
    const counting = {
      ...deps,
      state: { ...deps.state, get: <T>(partition: string, key: string) => ((reads += 1), deps.state.get<T>(partition, key)) },
    };
    const gate = createGateReader(counting);
    await gate("east");
    await deps.clock.advance(4.9);
    await gate("west");
    expect(reads).toBe(1);
    await deps.clock.advance(0.1);
    await gate("east");
    expect(reads).toBe(2);
  });

  it("fails open: a gate that was never read closes nobody out", async () => {
    await setState(deps, [hold("east", 0, { gate: "closed" })]);
    deps.state.down = true;
    expect(await createGateReader(deps)("east")).toBe("open");
  });

  it("keeps the last answer over a short outage of the state, and opens after a long one", async () => {
    await setState(deps, [hold("east", 0, { gate: "closed" })]);
    const gate = createGateReader(deps);
    await gate("east");
    deps.state.down = true;
    await deps.clock.advance(300);
    expect(await gate("east")).toBe("closed");
    await deps.clock.advance(1);
    expect(await gate("east")).toBe("open");
    deps.state.down = false;
    expect(await gate("east")).toBe("closed");
  });
});
