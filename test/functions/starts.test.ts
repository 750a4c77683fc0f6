/** Starting, joining, repeating and watching runs over HTTP. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Region } from "../support/app-surroundings.ts";
import { appUnderTest, isOver, WAIT, type Answer } from "../support/app-under-test.ts";

const running = appUnderTest({ safety: { maxConcurrentShifts: 2, minHealthyRegions: 2 } });
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

beforeAll(() => running().round());

function start(runbook: "evacuate" | "restore", region: Region, key?: string, more: object = {}): Promise<Answer> {
  const headers = key === undefined ? {} : { "idempotency-key": key };
  return running().ask("POST", `/api/runbooks/${runbook}`, {
    body: { region, mode: "ungraceful", reason: "a drill", requestedBy: "sre", ...more },
    headers,
  });
}

/** The number of orchestrations that were ever started for runs of a runbook in a region. */
function starts(prefix: string): number {
  return running()
    .host.instances()
    .filter(({ instanceId }) => instanceId.startsWith(prefix)).length;
}

async function ended(run: string): Promise<void> {
  await vi.waitUntil(async () => (await running().ask("GET", `/api/runs/${run}`)).body.outcome !== null, WAIT);
}

describe("two starts of one runbook in the same instant", () => {
  let answers: Answer[] = [];
  let run = "";

  beforeAll(async () => {
    answers = await Promise.all([start("evacuate", "eastus2"), start("evacuate", "eastus2")]);
    run = String(answers[0]?.body.run);
  });

  it("make one run: the one started it, the other joined it", () => {
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(answers.map(({ body }) => String(body.run))).toEqual([run, run]);
    expect(answers.map(({ body }) => String(body.outcome)).sort()).toEqual(["joined", "started"]);
    expect(starts("evacuate-eastus2-")).toBe(1);
    expect(running().host.counts.durable.starts).toBe(2); // with the round of the set-up
  });

  it("tell where to look, and when", async () => {
    for (const { headers, body } of answers) {
      expect([headers.get("location"), headers.get("retry-after")]).toEqual([body.url, "5"]);
      expect(body.url).toBe(`${running().host.url}/api/runs/${run}`);
    }
    const { pathname } = new URL(String(answers[0]?.body.url));
    expect((await running().ask("GET", pathname)).status).toBe(200);
  });

  it("leave the run as it was started, and say so to who wanted it otherwise", async () => {
    const { body } = await start("evacuate", "eastus2", undefined, { mode: "graceful", share: 0.5 });

    expect(body).toEqual({ run, outcome: "joined", mode: "ungraceful", targetShare: 0, initiator: "manual", url: expect.any(String) });
  });

  it("place one hold, with who asked for it and why", async () => {
    const { body } = await running().ask("GET", "/api/status");

    expect(body.holds).toMatchObject([{ region: "eastus2", owner: run, initiator: "manual", reason: "sre: a drill" }]);
  });

  it("write every pool once", async () => {
    await vi.waitUntil(() => running().world.pools.length >= 3, WAIT);
    await vi.waitUntil(async () => (await view(run)).timeline.some((entry) => entry.kind === "record"), WAIT);
    expect(
      running()
        .world.pools.map(([, gateway]) => gateway)
        .sort(),
    ).toEqual(["apim-eastus2", "apim-japaneast", "apim-swedencentral"]);
    for (const [, , , members] of running().world.pools) expect(members.map(({ id }) => id).join()).not.toContain("foundry-eastus2");
  });
});

interface View {
  readonly timeline: readonly { readonly at: string; readonly kind: string; readonly text: string }[];
  readonly live: { readonly phase: string | null } | null;
}

async function view(run: string): Promise<View> {
  return (await running().ask("GET", `/api/runs/${run}`)).body as View;
}

const override = { override: { guard: "minHealthyRegions", reason: "the third region carries both" } };

describe("a run", () => {
  it("shows its timeline, and what its orchestration does and why", async () => {
    const { body } = await start("evacuate", "eastus2");
    await vi.waitUntil(async () => (await view(body.run as string)).live?.phase === "wait", WAIT);
    const seen = (await running().ask("GET", `/api/runs/${body.run}`)).body;

    expect(seen).toMatchObject({
      run: { id: body.run, runbook: "evacuate", region: "eastus2", mode: "ungraceful", initiator: "manual" },
      outcome: null,
      endedAt: null,
    });
    expect(seen.live).toEqual({ runtimeStatus: "Running", phase: "wait", reason: "holding", updatedAt: expect.stringMatching(ISO) });
    expect(seen.timeline[0]).toMatchObject({ at: expect.stringMatching(ISO), kind: "detect", text: "sre: a drill" });
    const kinds = (seen as View).timeline.map((entry) => entry.kind);
    expect(kinds.indexOf("decide")).toBeLessThan(kinds.indexOf("intend"));
    expect(kinds.indexOf("intend")).toBeLessThan(kinds.indexOf("act"));
  });

  it("that a guard refuses does not use its Idempotency-Key up, and may override that guard by name", async () => {
    const refused = await start("evacuate", "japaneast", "incident-1");
    const { detail, errors } = refused.body;
    expect([refused.status, errors]).toEqual([409, [{ field: "minHealthyRegions", message: expect.any(String) }]]);
    expect(detail).toBe(`minHealthyRegions: ${errors[0].message}`);

    const { body } = await start("evacuate", "japaneast", "incident-1", override);
    expect(body.outcome).toBe("started");
    expect((await view(body.run as string)).timeline[1]).toMatchObject({
      kind: "decide",
      text: expect.stringContaining("minHealthyRegions overridden"),
    });
  });

  it("comes back by its Idempotency-Key, also after it has ended", async () => {
    const first = await start("evacuate", "japaneast", "incident-1");
    expect(first.body.outcome).toBe("repeated");
    const restore = await start("restore", "japaneast");
    await Promise.all([ended(first.body.run as string), ended(restore.body.run as string)]);
    const before = await running().rows();
    const again = await start("evacuate", "japaneast", "incident-1");

    expect([again.status, again.body.run, again.body.outcome]).toEqual([202, first.body.run, "repeated"]);
    expect(await running().rows()).toEqual(before);
  });

  it.each([
    ["evacuate", "swedencentral"],
    ["restore", "japaneast"],
  ] as const)("does not answer for another request under its key: %s %s", async (runbook, region) => {
    const before = await running().rows();
    const answer = await start(runbook, region, "incident-1");

    expect([answer.status, answer.body.type]).toEqual([422, "urn:foundry-failover:problem:key-reused"]);
    expect(answer.body.detail).toMatch(/^Idempotency-Key "incident-1" started evacuate-japaneast-/);
    expect(await running().rows()).toEqual(before);
  });

  it("that has ended says how, and what became of its orchestration", async () => {
    const { body } = await running().ask("GET", "/api/runs");
    const restored = (body.runs as { run: { id: string; runbook: string }; outcome: string }[]).find(
      ({ run }) => run.runbook === "restore",
    );
    const seen = (await running().ask("GET", `/api/runs/${restored?.run.id}`)).body;

    expect(seen).toMatchObject({
      outcome: "restored",
      endedAt: expect.stringMatching(ISO),
      live: { runtimeStatus: "Completed", phase: "finish" },
    });
  });

  it("of a later incident is a new one, under a new key", async () => {
    const later = await start("evacuate", "japaneast", "incident-2", override);

    expect(later.body).toMatchObject({ outcome: "started", run: expect.stringMatching(/^evacuate-japaneast-\d{8}T\d{6}Z-2$/) });
  });
});

it("runs are listed newest first", async () => {
  const { body } = await running().ask("GET", "/api/runs");
  const times = (body.runs as { run: { startedAt: string } }[]).map(({ run }) => run.startedAt);

  expect(times.length).toBeGreaterThanOrEqual(4);
  expect(times).toEqual(times.toSorted().toReversed());
});

it("two restores in the same instant are one run too, and runs go on after their process died", async () => {
  const runs = await Promise.all([start("restore", "japaneast"), start("restore", "eastus2"), start("restore", "eastus2")]);
  const [, one, same] = runs.map(({ body }) => String(body.run));
  expect([runs.map(({ status }) => status), same]).toEqual([[202, 202, 202], one]);
  expect(starts(`${one}`)).toBe(1);
  await running().restart();
  await Promise.all(runs.map(({ body }) => ended(body.run as string)));

  expect((await running().ask("GET", "/api/status")).body).toMatchObject({ episode: null, holds: [] });
  await vi.waitUntil(
    () =>
      running()
        .host.instances()
        .every(({ runtimeStatus }) => isOver(runtimeStatus)),
    WAIT,
  );
});
