import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createWorkloadProbe } from "../../src/azure/foundry/probe.ts";
import { staticCredential } from "../support/credential.ts";
import { deployment, estate, steppingClock } from "./fixtures.ts";
import { COMPLETION } from "./probing.ts";
import { startStub } from "./stub.ts";

afterEach(() => vi.restoreAllMocks());

async function plainServer() {
  const server = createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `https://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

describe("a failure without an answer", () => {
  it.each<[string, string]>([
    ["ENOTFOUND", "dns"],
    ["EAI_AGAIN", "dns"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
    ["EPROTO", "tls"],
    ["ETIMEDOUT", "timeout"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
    ["ECONNREFUSED", "connection"],
    ["ECONNRESET", "connection"],
    ["UND_ERR_SOCKET", "connection"],
  ])("calls %s a failure of class %s", async (code, errorClass) => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code }) }));
    const probe = createWorkloadProbe(estate("https://h"), staticCredential(), steppingClock());
    expect(await probe.deployment(deployment("https://h"))).toMatchObject({
      outcome: "failed",
      errorClass,
      detail: `connection failed: ${code}`,
    });
  });

  it("meets a name that does not resolve for real", async () => {
    const probe = createWorkloadProbe(estate("https://h"), staticCredential(), steppingClock());
    expect(await probe.deployment(deployment("https://nowhere.invalid"))).toMatchObject({ outcome: "failed", errorClass: "dns" });
  });

  it("meets a server that speaks no TLS for real", async () => {
    await using server = await plainServer();
    const probe = createWorkloadProbe(estate("https://h"), staticCredential(), steppingClock());
    expect(await probe.deployment(deployment(server.url))).toMatchObject({ outcome: "failed", errorClass: "tls" });
  });

  it("meets a certificate of another name for real", async () => {
    await using stub = await startStub(() => ({ body: COMPLETION }));
    const probe = createWorkloadProbe(estate("https://h"), staticCredential(), steppingClock());
    const misnamed = stub.url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    expect(await probe.deployment(deployment(misnamed))).toMatchObject({ outcome: "failed", errorClass: "tls" });
  });
});
