/** What an estate of a thousand targets remembers fits into its rows, and comes back as it was. */
import { describe, expect, it } from "vitest";
import type { Claim, Knowledge } from "../../src/activities/memory.ts";
import { withFindings } from "../../src/activities/probe-round.ts";
import { packRouting, unpackRouting } from "../../src/activities/routing-row.ts";
import { packTraffic, unpackTraffic, NO_TRAFFIC, type Traffic } from "../../src/activities/traffic-row.ts";
import { packWatch, unpackWatch } from "../../src/activities/watch-row.ts";
import { EMPTY_WATCH, type Watch } from "../../src/activities/watch.ts";
import { toEntity } from "../../src/azure/tables/entity.ts";
import type { Estate } from "../../src/domain/estate.ts";
import type { Observation } from "../../src/domain/observation.ts";
import { at, deployment, hubToHub, observation, T0, verdict } from "../support/builders.ts";
import { minutesUntil } from "../support/fake-azure.ts";

const NONE = { metrics: NO_TRAFFIC, gatewayLogs: NO_TRAFFIC };
const REGIONS = Array.from({ length: 100 }, (_, i) => `a-rather-long-region-${i}`);

/** Ten deployments in each of a hundred regions. */
function thousandTargets(): Estate {
  const deployments = REGIONS.flatMap((region) =>
    Array.from({ length: 10 }, (_, i) => deployment(region, { id: `gpt-4o-${i}-${region}` })),
  );
  return hubToHub(REGIONS, { deployments, gateways: [] });
}

/** Round after round, every probe the same but for its time. */
function watched(estate: Estate, rounds: number, probe: (id: string) => Partial<Observation>): Watch {
  let watch = EMPTY_WATCH;
  for (let round = 0; round < rounds; round += 1) {
    const own = estate.deployments.map(({ id, region }) => ({ ...observation("ok", at(round * 15), id), region, ...probe(id) }));
    const witnesses = own.flatMap((o) => (o.outcome === "failed" ? [{ ...o, via: "apim-1" }] : []));
    watch = withFindings(estate, watch, NONE, { by: `00000001-abcdef0${round % 10}`, own, witnesses }, at(round * 15 + 5));
  }
  return watch;
}

const FAILED = { outcome: "failed", errorClass: "timeout", latencyMilliseconds: 5000 } as const;

describe("the watch of a thousand targets", () => {
  it.each<[what: string, probe: (id: string) => Partial<Observation>]>([
    ["all well", () => ({ latencyMilliseconds: 1234, limitTokens: 1_000_000, remainingTokens: 123_456, spentTokens: 23, statusCode: 200 })],
    ["all failing, each with its own long reason", (id) => ({ ...FAILED, detail: `${id} `.repeat(10) })],
    ["reasons in another script", (id) => ({ ...FAILED, detail: `${id} 応答なし`.repeat(10) })],
  ])("%s: fits into its row", (_what, probe) => {
    const estate = thousandTargets();
    const skipped = Object.fromEntries(estate.deployments.map(({ id }) => [id, "why it was spared ".repeat(10)]));
    const watch = { ...watched(estate, 24, probe), skipped };
    const row = packWatch(estate, watch);
    expect(() => toEntity("estate-test", "watch", row)).not.toThrow();
    const back = unpackWatch(estate, row);
    const shape = ({ verdicts }: Watch): unknown => Object.values(verdicts).map(({ state, since, symptom }) => [state, since, symptom]);
    expect(shape(back)).toEqual(shape(watch));
  });
});

describe("a row", () => {
  const estate = hubToHub();

  it("gives the watch back as it was, but for what is never asked again", () => {
    const own = [
      { ...observation("ok", at(0)), limitTokens: 100, remainingTokens: 40, spentTokens: 7 },
      { ...observation("failed", at(3)), errorClass: "timeout" as const, detail: "no answer" },
      { ...observation("throttled", at(6)), statusCode: 429, detail: "" },
    ];
    const witnesses = [{ ...observation("ok", at(4)), via: "apim-west", detail: "" }];
    const next = { by: "2", from: at(13), until: at(24) };
    const found = { by: "1", next, own, witnesses, skipped: { "gpt-west": "spared" }, confirmed: ["gpt-east"] };
    const watch = withFindings(estate, EMPTY_WATCH, NONE, found, at(7));
    const forgetful = (observations: readonly Observation[] | undefined): unknown =>
      observations?.map(({ spentTokens: _, ...kept }) => kept);
    const back = unpackWatch(estate, packWatch(estate, watch));
    expect(back.observations["gpt-east"]).toEqual(forgetful(watch.observations["gpt-east"]));
    for (const part of [
      "samples",
      "verdicts",
      "limiter",
      "spent",
      "spentOn",
      "skipped",
      "confirmed",
      "ended",
      "reserved",
      "roundAt",
    ] as const)
      expect({ [part]: back[part] }).toEqual({ [part]: dropEmpty(watch[part]) });
    expect(back.witnesses["gpt-east"]).toEqual(watch.witnesses["gpt-east"]);
  });

  it("gives a routing back as it was, absent and zero apart, and what no estate knows", () => {
    const pools = [
      {
        gateway: "apim-east",
        pool: "gpt",
        members: [{ id: "gpt-east", priority: 1, weight: 0 }, { id: "gpt-west", weight: 5 }, { id: "by-hand" }],
      },
      { gateway: "apim-west", pool: "gpt", members: [{ id: "gpt-west", priority: 0 }] },
      { gateway: "apim-west", pool: "empty", members: [] },
    ];
    expect(unpackRouting(packRouting({ pools }))).toEqual({ pools, origins: [] });
  });

  it("gives verdicts back with their symptom, and whether they linger", () => {
    const verdicts = {
      "gpt-east": { ...verdict("failing"), lingers: true as const },
      "gpt-west": verdict("failing", T0, "latency"),
      "mini-west": { ...verdict("healthy"), wavers: true as const },
      "gpt-north": { ...verdict("failing", T0, "errors"), lingers: true as const },
    };
    expect(unpackWatch(estate, packWatch(estate, { ...EMPTY_WATCH, verdicts })).verdicts).toEqual(verdicts);
  });

  it("gives minutes back as they were, null and zero apart", () => {
    const minutes = [
      ...minutesUntil(at(600), 300_000, 3, { serverErrors: 0 }),
      ...minutesUntil(at(660), null, 1, { utilisationPercent: 97 }),
    ];
    const traffic: Traffic = { minutes: { "gpt-east": minutes, "gpt-west": [] }, readAt: { "gpt-east": at(700) }, gaps: {}, note: null };
    expect(unpackTraffic(packTraffic(traffic))).toEqual(traffic);
  });

  it("of claims, of both kinds of traffic and of knowledge holds a thousand deployments", () => {
    const big = thousandTargets();
    const ids = big.deployments.map(({ id }) => id);
    const all = <T>(value: T): Record<string, T> => Object.fromEntries(ids.map((id) => [id, value]));
    const minutes = minutesUntil(at(600), 1_234_567, 12, { answered: 1234, serverErrors: 123, throttled: 12, latencyMilliseconds: 12_345 });
    const claims: readonly Claim[] = [1, 2].map((by) => ({ by: `0000000${by}-abcdef01`, until: at(7), targets: ids }));
    const knowledge: Knowledge = {
      capacity: { demand: all(1_234_567), limits: all(1_000_000), usual: all(1_000_000), measuredAt: at(0) },
      demandAt: all(at(0)),
      ...{ routing: null, limitsAt: at(0), routingAt: at(0), usualAt: at(0), gaps: [] },
    };
    const traffic = packTraffic({ minutes: all(minutes), readAt: all(at(600)), gaps: {}, note: null });
    for (const value of [claims, knowledge, traffic]) expect(() => toEntity("estate-test", "row", value)).not.toThrow();
  });
});

/** What has nothing in it is not kept. */
function dropEmpty(part: unknown): unknown {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}
