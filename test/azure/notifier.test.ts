import { afterEach, describe, expect, it, vi } from "vitest";
import { createNotifier } from "../../src/azure/webhook/notifier.ts";
import type { Notification } from "../../src/ports.ts";
import { startStub, type Reply } from "./stub.ts";

const NOTIFICATION: Notification = {
  event: "evacuate",
  estate: "prod",
  region: "eastus2",
  title: "Evacuating eastus2",
  reason: "5 of 5 probes failed",
  run: "evacuate-eastus2-1",
};

afterEach(() => vi.restoreAllMocks());

describe("a notification", () => {
  it("is text, fields and a card for Teams in one POST", async () => {
    await using stub = await startStub(() => ({ status: 202 }));
    const warn = vi.fn();
    await createNotifier({ webhookUrl: `${stub.url}/hook?sig=secret`, warn }).send(NOTIFICATION);
    expect(stub.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["POST /hook?sig=secret"]);
    expect(JSON.parse(stub.seen[0]?.body ?? "")).toMatchObject({
      ...NOTIFICATION,
      text: "[prod] Evacuating eastus2\n5 of 5 probes failed\nrun evacuate-eastus2-1",
      type: "message",
      attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content: { type: "AdaptiveCard" } }],
    });
    expect(warn).not.toHaveBeenCalled();
  });

  it("is text alone for Slack", async () => {
    const post = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response("ok"));
    await createNotifier({ webhookUrl: "https://hooks.slack.com/services/T/B/x" }).send(NOTIFICATION);
    expect(post.mock.calls[0]?.[1]?.body).toBe(
      JSON.stringify({ text: "[prod] Evacuating eastus2\n5 of 5 probes failed\nrun evacuate-eastus2-1" }),
    );
  });

  it.each<[string, Reply, string]>([
    ["a refusal", { status: 410 }, "HTTP 410"],
    ["a redirect, which is not followed", { status: 302, headers: { location: "/x" } }, "HTTP 302"],
    ["a broken connection", "reset", "TypeError"],
  ])("survives %s and never logs the URL", async (_rule, reply, outcome) => {
    await using stub = await startStub(() => reply);
    const warn = vi.fn();
    await createNotifier({ webhookUrl: `${stub.url}/hook?sig=secret`, warn }).send(NOTIFICATION);
    expect(warn).toHaveBeenCalledWith("notification not delivered", { event: "evacuate", region: "eastus2", outcome });
    expect(JSON.stringify(warn.mock.calls)).not.toContain("hook");
    expect(stub.seen).toHaveLength(1);
  });

  it("survives a URL that is none", async () => {
    const warn = vi.fn();
    await createNotifier({ webhookUrl: "secret nonsense", warn }).send(NOTIFICATION);
    expect(warn).toHaveBeenCalledOnce();
    expect(JSON.stringify(warn.mock.calls)).not.toContain("nonsense");
  });

  it("is bounded in time", async () => {
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new DOMException("late", "TimeoutError")));
    const warn = vi.fn();
    await createNotifier({ webhookUrl: "https://127.0.0.1:1/", warn }).send(NOTIFICATION);
    expect(timeout).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]?.[1]).toMatchObject({ outcome: "TimeoutError" });
  });

  it("goes nowhere without a webhook", async () => {
    const post = vi.spyOn(globalThis, "fetch");
    await createNotifier({ webhookUrl: undefined }).send(NOTIFICATION);
    expect(post).not.toHaveBeenCalled();
  });
});
