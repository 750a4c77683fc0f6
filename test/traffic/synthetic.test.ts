import { describe, expect, it } from "vitest";
import { createClientRegions } from "../../rehearsal/traffic/clients.ts";
import { REGIONS, START, synthetic } from "./support.ts";

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

describe("synthetic traffic", () => {
  const requests = synthetic(60);

  it("has the asked rate, in order of arrival, on whole milliseconds within the duration", () => {
    expect(requests.length / 3600).toBeCloseTo(5.5, 0);
    const arrivals = requests.map((request) => request.arrivesAt);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    expect(arrivals.every((at) => Number.isInteger(at) && at >= START && at < START + 3_600_000)).toBe(true);
  });

  it("wanders from minute to minute more than chance alone would", () => {
    const minutes = Array.from(
      { length: 60 },
      (_, minute) => requests.filter(({ arrivesAt }) => Math.floor((arrivesAt - START) / 60_000) === minute).length,
    );
    const spread = Math.sqrt(mean(minutes.map((count) => (count - mean(minutes)) ** 2))) / mean(minutes);
    expect(spread).toBeGreaterThan(0.08);
    expect(spread).toBeLessThan(0.2);
  });

  it("has tokens shaped like the conversation trace", () => {
    const context = requests.map((request) => request.contextTokens);
    const generated = requests.map((request) => request.generatedTokens);
    expect(Math.abs(mean(context) / 1155 - 1)).toBeLessThan(0.05);
    expect(Math.abs(median(context) / 1020 - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(generated) / 211 - 1)).toBeLessThan(0.05);
    expect(Math.abs(median(generated) / 129 - 1)).toBeLessThan(0.05);
  });

  it("is the same for the same seed, and not for another", () => {
    expect(synthetic(2, 7)).toEqual(synthetic(2, 7));
    expect(synthetic(2, 7)).not.toEqual(synthetic(2, 8));
  });
});

describe("client regions", () => {
  function shareOf(region: string, shares: Record<string, number> | undefined): number {
    const regionOf = createClientRegions(REGIONS, shares, 1);
    return Array.from({ length: 6000 }, (_, id) => regionOf(id)).filter((name) => name === region).length / 6000;
  }

  it("have equal shares unless told otherwise", () => {
    for (const region of REGIONS) expect(shareOf(region, undefined)).toBeCloseTo(1 / 3, 1);
  });

  it("follow the shares; a region left out has no clients", () => {
    expect(shareOf("eastus2", { eastus2: 3, japaneast: 1 })).toBeCloseTo(0.75, 1);
    expect(shareOf("swedencentral", { eastus2: 3, japaneast: 1 })).toBe(0);
  });

  it("refuse a region the estate does not have, and shares of nothing", () => {
    expect(() => createClientRegions(REGIONS, { mars: 1 }, 1)).toThrow(
      'clients: the estate has no region "mars"; it has eastus2, swedencentral, japaneast.',
    );
    expect(() => createClientRegions(REGIONS, { eastus2: 0 }, 1)).toThrow("clients: at least one region must have a share above 0.");
  });
});
