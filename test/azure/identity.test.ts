import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { credential, managedIdentity } from "../../src/azure/identity/credential.ts";
import { sharedTokens } from "../../src/azure/identity/shared-tokens.ts";

const SCOPE = "https://management.azure.com/.default";
const HOUR = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** The App Service identity endpoint, as far as one token needs it. One for the whole file: the library reads its address once per process. */
async function startIdentityEndpoint() {
  const seen: { query: Record<string, string>; header: unknown }[] = [];
  const endpoint = { seen, hangs: false };
  const server = createServer((request, response) => {
    seen.push({
      query: Object.fromEntries(new URL(request.url ?? "", "http://h").searchParams),
      header: request.headers["x-identity-header"],
    });
    if (endpoint.hangs) return;
    const token = {
      access_token: `token-${seen.length}`,
      expires_on: `${Math.floor(Date.now() / 1000) + 3600}`,
      resource: "r",
      token_type: "Bearer",
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(token));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.closeAllConnections());
  const address = server.address();
  vi.stubEnv("IDENTITY_ENDPOINT", `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/msi/token`);
  vi.stubEnv("IDENTITY_HEADER", "header-secret");
  return { endpoint, server };
}

it("the managed identity: user-assigned when AZURE_CLIENT_ID names one, else system-assigned, given up when its endpoint hangs", async () => {
  const { endpoint, server } = await startIdentityEndpoint();
  expect((await credential({ AZURE_CLIENT_ID: "client-1" }).getToken(SCOPE))?.token).toBe("token-1");
  expect(endpoint.seen).toMatchObject([
    { query: { resource: "https://management.azure.com", client_id: "client-1" }, header: "header-secret" },
  ]);

  await credential({}).getToken("https://cognitiveservices.azure.com/.default");
  expect(endpoint.seen[1]?.query).not.toHaveProperty("client_id");

  endpoint.hangs = true;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked = once(server, "request");
  const failed = expect(managedIdentity("client-2").getToken(SCOPE)).rejects.toMatchObject({ name: "CredentialUnavailableError" });
  await asked;
  await vi.advanceTimersByTimeAsync(10_000);
  await failed;
});

describe("shared tokens", () => {
  function counting(lifetime = HOUR) {
    const calls: string[] = [];
    let failing = false;
    const tokens = sharedTokens({
      async getToken(scopes) {
        calls.push([scopes].flat().join());
        if (failing) throw new Error("down");
        return { token: `${calls.length}`, expiresOnTimestamp: Date.now() + lifetime };
      },
    });
    return { calls, ask: async () => (await tokens.getToken(SCOPE))?.token, tokens, fail: () => (failing = true) };
  }

  it("are asked for once by many callers at once", async () => {
    const { calls, ask } = counting();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(["1", "1", "1"]);
    expect(calls).toHaveLength(1);
  });

  it("are kept per scope", async () => {
    const { calls, ask, tokens } = counting();
    await ask();
    await tokens.getToken(["https://other/.default"]);
    expect(calls).toEqual([SCOPE, "https://other/.default"]);
  });

  it("are renewed before they end while nobody waits", async () => {
    vi.useFakeTimers();
    const { calls, ask } = counting();
    await ask();
    vi.advanceTimersByTime(HOUR - 200_000);
    expect(await ask()).toBe("1");
    await vi.advanceTimersByTimeAsync(0);
    expect(await ask()).toBe("2");
    expect(calls).toHaveLength(2);
  });

  it("serve on while the endpoint is down, until they really end", async () => {
    vi.useFakeTimers();
    const { ask, fail } = counting();
    await ask();
    fail();
    vi.advanceTimersByTime(HOUR - 60_000);
    expect(await ask()).toBe("1");
    vi.advanceTimersByTime(45_000);
    await expect(ask()).rejects.toThrow("down");
  });

  it("are not used against a claims challenge, which says that they were revoked", async () => {
    const { calls, ask, tokens } = counting();
    await ask();
    expect((await tokens.getToken(SCOPE, { claims: "{}" }))?.token).toBe("2");
    expect(calls).toHaveLength(2);
  });
});
