import { describe, expect, it } from "vitest";
import { evidenceOf } from "../../src/activities/evidence.ts";
import { NO_TRAFFIC } from "../../src/activities/traffic-row.ts";
import { EMPTY_WATCH } from "../../src/activities/watch.ts";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { Sample } from "../../src/domain/observation.ts";
import { at } from "../support/builders.ts";
import { minute } from "../support/fake-azure.ts";

describe("the metrics of a minute", () => {
  type Counts = readonly [answered: number, failed: number, throttled: number];
  it.each<[rule: string, metrics: Counts, probes: Counts, left: Counts]>([
    ["count real requests as they are where no probe was sent", [100, 5, 1], [0, 0, 0], [100, 5, 1]],
    ["are without the prober's own requests", [100, 15, 3], [10, 5, 1], [90, 10, 2]],
    ["are nothing where there was only the prober", [10, 12, 0], [10, 12, 0], [0, 0, 0]],
    ["never fall below nothing: what was not answered may not have been counted", [100, 0, 0], [4, 6, 0], [96, 0, 0]],
  ])("%s", (_rule, metrics, probes, left) => {
    const [answered, serverErrors, throttled] = metrics;
    const passive = { ...NO_TRAFFIC, minutes: { gpt: [minute(1000, { at: at(60), answered, serverErrors, throttled })] } };
    const own: Sample = {
      ...{ at: at(60), requests: probes[0] + probes[1] + probes[2], failed: probes[1], throttled: probes[2] },
      ...{ slow: 0, latencyMilliseconds: null, utilisationPercent: null },
    };
    const watch = { ...EMPTY_WATCH, samples: { gpt: [own] } };
    const { samples } = evidenceOf(DEFAULTS.detection, watch, { metrics: passive, gatewayLogs: passive }, "gpt", at(200));
    const counts = (all: readonly Sample[] | undefined): unknown =>
      all?.map(({ requests, failed, throttled: refused }) => [requests - failed - refused, failed, refused]);
    expect(counts(samples.metrics)).toEqual([left]);
    // Probes do not pass through the gateways.
    expect(counts(samples.gatewayLogs)).toEqual([metrics]);
  });
});
