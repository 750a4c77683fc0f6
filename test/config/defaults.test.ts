import { expect, it } from "vitest";
import { CLOUD_NAMES, CLOUDS } from "../../src/config/clouds.ts";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { parseEstate } from "../../src/config/load.ts";
import { estateWith, HUB_TO_HUB } from "./support.ts";

const EXPECTED = {
  detection: {
    intervalSeconds: 15,
    probeDeadlineSeconds: 5,
    burstProbes: 5,
    burstSpacingSeconds: 3,
    window: 5,
    failuresToFail: 4,
    successesToRecover: 3,
    stalenessSeconds: 90,
    regionFailingShare: 0.5,
    probeMaxTokens: 5,
    probeTokensPerDay: null,
    tolerated: { serverError: 0, timeout: 0, connection: 0, dns: 0, tls: 0, emptyAnswer: 0 },
    quorum: 1,
    witnessProbes: 2,
    slowMilliseconds: 4000,
    graySeconds: 240,
    grayShare: 0.15,
    grayFailures: 4,
    passiveRequests: 20,
    alertStalenessSeconds: 900,
  },
  signals: { metrics: { names: "auto", api: "auto" }, logs: null },
  safety: {
    mode: "recommend",
    modes: { evacuate: null, restore: null },
    approval: { timeoutSeconds: 900, default: "decline" },
    substitutes: [],
    blackouts: [],
    followSeconds: 900,
    minHealthyRegions: 1,
    maxConcurrentShifts: 1,
    cooldownSeconds: 600,
    reserveShare: 0.1,
  },
  evacuate: {
    gracefulShares: [0.75, 0.5, 0.25, 0],
    bakeSeconds: 60,
    originBudgetSeconds: 1200,
    poolBudgetSeconds: 30,
    holdCheckSeconds: 30,
  },
  restore: {
    gracefulShares: [0.05, 0.25, 0.5, 1],
    soakSeconds: 120,
    originSoakSeconds: 120,
    bakeSeconds: 60,
    bakeAnswers: 50,
    bakeProbeSeconds: 180,
    relapseBackoff: 2,
  },
};

it("every default is the documented one", () => {
  expect(DEFAULTS).toEqual({ cloud: "public", statusPath: "/status-0123456789abcdef", ...EXPECTED });
});

it("an estate that sets no policy gets every default", () => {
  const loaded = parseEstate(HUB_TO_HUB);
  expect(loaded).toMatchObject({ ok: true, estate: { ...EXPECTED, cloud: CLOUDS.public } });
});

it("an optional field that is left out is populated", () => {
  const text = estateWith({ edges: undefined, "deployments[0].tokensPerMinute": undefined });
  expect(parseEstate(text)).toMatchObject({
    ok: true,
    estate: { edges: [], deployments: [{ tokensPerMinute: null }, {}, {}], gateways: [{ statusPath: "/status-0123456789abcdef" }, {}, {}] },
  });
});

it("a section that sets one value keeps the others' defaults", () => {
  const loaded = parseEstate(estateWith({ safety: { mode: "auto" } }));
  expect(loaded).toMatchObject({ ok: true, estate: { safety: { ...EXPECTED.safety, mode: "auto" } } });
});

it.each(CLOUD_NAMES)("cloud %s stands for its endpoints", (cloud) => {
  expect(parseEstate(estateWith({ cloud }))).toMatchObject({ ok: true, estate: { cloud: CLOUDS[cloud] } });
});

it("endpoints of any other cloud are taken as written, ports and paths included", () => {
  const cloud = { ...CLOUDS.public, resourceManager: "https://localhost:8443/arm", metricsBatch: "https://[::1]:8443/{region}" };
  expect(parseEstate(estateWith({ cloud }))).toMatchObject({ ok: true, estate: { cloud } });
});

it("$schema is allowed and not part of the estate", () => {
  const loaded = parseEstate(HUB_TO_HUB);
  expect(loaded.ok && Object.keys(loaded.estate)).not.toContain("$schema");
});
