import { ManagedIdentityCredential } from "@azure/identity";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ARM_AUDIENCE, FOUNDRY_AUDIENCE, rehearsed } from "./start.ts";

const CLIENT_ID = "11111111-2222-4333-8444-555555555555";
const running = rehearsed({ tokenLifetimeSeconds: 3600 }, { userAssignedClientIds: [CLIENT_ID] });

function inFunctionApp(): void {
  vi.stubEnv("IDENTITY_ENDPOINT", running().azure.identityEndpoint);
  vi.stubEnv("IDENTITY_HEADER", running().azure.identityHeader);
}

function ask(query: string, header = running().azure.identityHeader) {
  return fetch(`${running().azure.identityEndpoint}?${query}`, { headers: { "x-identity-header": header } });
}

afterEach(() => {
  delete running().azure.faults.identity;
  vi.unstubAllEnvs();
});

const ARM = `resource=${encodeURIComponent(ARM_AUDIENCE)}&api-version=2019-08-01`;

describe("managed identity", () => {
  it.each([
    ["system-assigned", {}, ARM_AUDIENCE],
    ["user-assigned", { clientId: CLIENT_ID }, FOUNDRY_AUDIENCE],
  ])("the real %s credential gets a token that expires on the clock", async (_, options, audience) => {
    inFunctionApp();
    const before = Math.floor(Date.now() / 1000);
    const { token, expiresOnTimestamp } = await new ManagedIdentityCredential(options).getToken(`${audience}/.default`);
    expect(expiresOnTimestamp / 1000).toBeGreaterThanOrEqual(before + 3600);
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ aud: audience });
  });

  it("accepts the doubled slash of monitor-query's scope", async () => {
    inFunctionApp();
    expect((await new ManagedIdentityCredential().getToken(`${ARM_AUDIENCE}//.default`)).token).not.toBe("");
  });

  it("the real credential fails for an identity that is not assigned", async () => {
    inFunctionApp();
    await expect(
      new ManagedIdentityCredential({ clientId: "99999999-2222-4333-8444-555555555555", retryOptions: { maxRetries: 0 } }).getToken(
        `${ARM_AUDIENCE}/.default`,
      ),
    ).rejects.toThrow();
  });

  it.each([
    ["a wrong secret header", ARM, "wrong", 401],
    ["another api-version", ARM.replace("2019-08-01", "2018-02-01"), undefined, 400],
    ["an unknown resource", "resource=https://example.com&api-version=2019-08-01", undefined, 400],
    ["no resource", "api-version=2019-08-01", undefined, 400],
    ["an unassigned client id", `${ARM}&client_id=none`, undefined, 400],
  ])("refuses %s", async (_, query, header, status) => {
    expect((await ask(query, header)).status).toBe(status);
  });

  it("another path: 501", async () => {
    expect((await fetch(running().azure.identityEndpoint.replace("/msi/token", "/metadata"))).status).toBe(501);
  });

  it("down with a status", async () => {
    running().azure.faults.identity = 500;
    expect((await ask(ARM)).status).toBe(500);
  });

  it("down by broken connections", async () => {
    running().azure.faults.identity = "reset";
    await expect(ask(ARM)).rejects.toThrow();
  });
});
