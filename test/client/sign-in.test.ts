import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { signIn, type OpenBrowser, type TokenProvider } from "../../examples/client/sign-in.ts";
import { followSignIn } from "../../rehearsal/azure/browser.ts";
import { DIRECTORY, type ClientStage } from "../../rehearsal/cli/client-stage.ts";
import { startStage } from "./support.ts";

const { tenant, clientId, audience } = DIRECTORY;
const REDIRECT = "http://localhost:5555";
const VERIFIER = randomBytes(32).toString("base64url");
let stage: ClientStage;

beforeAll(async () => void (stage = await startStage()));
afterAll(() => stage.stop());
afterEach(() => vi.useRealTimers());

const challengeOf = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url");

async function authorize(change: Record<string, string> = {}) {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    response_mode: "form_post",
    redirect_uri: REDIRECT,
    scope: `${audience}/.default openid`,
    state: "s",
    nonce: "n",
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: "S256",
    ...change,
  });
  const response = await fetch(`${stage.authority}/${tenant}/oauth2/v2.0/authorize?${query.toString()}`);
  return { status: response.status, html: await response.text() };
}

async function codeFor(change: Record<string, string> = {}): Promise<string> {
  return /name="code" value="([^"]+)"/.exec((await authorize(change)).html)?.[1] ?? expect.fail("no code");
}

async function redeem(code: string, change: Record<string, string> = {}) {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: clientId,
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
    code,
    ...change,
  });
  const response = await fetch(`${stage.authority}/${tenant}/oauth2/v2.0/token`, { method: "POST", body });
  return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) };
}

describe("the embedded Entra's code flow", () => {
  it("gives tokens for a code and its verifier, once", async () => {
    const code = await codeFor();
    expect(await redeem(code)).toMatchObject({ status: 200, body: { token_type: "Bearer", expires_in: 3600 } });
    expect((await redeem(code)).body["error_description"]).toMatch(/^AADSTS54005/);
  });

  it.each([
    ["another verifier", { code_verifier: randomBytes(32).toString("base64url") }, "invalid_grant", "AADSTS501481"],
    ["the challenge for the verifier", { code_verifier: challengeOf(VERIFIER) }, "invalid_grant", "AADSTS501481"],
    ["no verifier", { code_verifier: "" }, "invalid_grant", "AADSTS501481"],
    ["another redirect", { redirect_uri: "http://localhost:6666" }, "invalid_grant", "AADSTS500112"],
    ["an unknown code", { code: "made-up" }, "invalid_grant", "AADSTS70000"],
    ["another application", { client_id: tenant }, "unauthorized_client", "AADSTS700016"],
    ["another grant", { grant_type: "password" }, "invalid_request", "AADSTS900144"],
    ["a made-up refresh token", { grant_type: "refresh_token", refresh_token: "made-up", scope: "x" }, "invalid_grant", "AADSTS70000"],
  ])("refuses %s", async (_, change, error, number) => {
    const refused = await redeem(await codeFor(), change);
    expect([refused.status, refused.body["error"]]).toEqual([400, error]);
    expect(refused.body["error_description"]).toMatch(new RegExp(`^${number}:`));
  });

  it("a code ends after ten minutes", async () => {
    const code = await codeFor();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 600_000 });
    expect((await redeem(code)).body["error_description"]).toMatch(/^AADSTS70008:/);
  });

  it.each<[string, Record<string, string>, string]>([
    ["an unknown application", { client_id: tenant }, "AADSTS700016"],
    ["a redirect to somewhere else", { redirect_uri: "https://attacker.example" }, "AADSTS50011"],
    ["a redirect that only begins like the loopback", { redirect_uri: "http://localhost.attacker.example" }, "AADSTS50011"],
    ["another API", { scope: "https://graph.microsoft.com/.default" }, "AADSTS500011"],
    ["a challenge in plain text", { code_challenge_method: "plain" }, "AADSTS900144"],
    ["no challenge", { code_challenge: "" }, "AADSTS900144"],
  ])("sends no code for %s", async (_, change, number) => {
    const { status, html } = await authorize(change);
    expect([status, html.includes("<form")]).toEqual([400, false]);
    expect(html).toContain(number);
  });

  it("signs its tokens with the key it publishes", async () => {
    const { body } = await redeem(await codeFor());
    const discovery = z.object({ jwks_uri: z.string(), issuer: z.string() });
    const found = discovery.parse(await (await fetch(`${stage.authority}/${tenant}/v2.0/.well-known/openid-configuration`)).json());
    const keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).length(1) });
    const [key] = keys.parse(await (await fetch(found.jwks_uri)).json()).keys;
    for (const name of ["id_token", "access_token"]) {
      const [head = "", payload = "", signature = ""] = String(body[name]).split(".");
      const publicKey = createPublicKey({ key: key!, format: "jwk" });
      expect(verify("sha256", Buffer.from(`${head}.${payload}`), publicKey, Buffer.from(signature, "base64url"))).toBe(true);
      expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({ iss: found.issuer });
    }
  });
});

function asPerson(openBrowser: OpenBrowser): Promise<TokenProvider> {
  return signIn({ audience, signIn: { kind: "person", tenant, clientId, authority: stage.authority } }, openBrowser);
}

/** Somebody changes the address on its way to the browser. */
function changed(parameter: string, value: string): OpenBrowser {
  return (url) => {
    const address = new URL(url);
    expect(address.searchParams.has(parameter)).toBe(true);
    address.searchParams.set(parameter, value);
    return followSignIn(address.href);
  };
}

describe("a person's sign-in", () => {
  it("keeps its token, and renews it when its time is over", async () => {
    const token = await asPerson(followSignIn);
    const first = await token();
    expect(await token()).toBe(first);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * 3_600_000 });
    expect(await token()).not.toBe(first);
  });

  it("refuses an ID token with another nonce", async () => {
    await expect(asPerson(changed("nonce", "somebody-else"))).rejects.toThrow(/nonce_mismatch/);
  });

  it("gets no token for a code that was asked for with another challenge", async () => {
    await expect(asPerson(changed("code_challenge", challengeOf("somebody-else")))).rejects.toThrow(/AADSTS501481/);
  });

  it("takes no answer with another state", async () => {
    await expect(asPerson(changed("state", "somebody-else"))).rejects.toThrow(/Invalid authorization response state/);
  });

  it("says what the sign-in page said", async () => {
    await expect(asPerson(changed("client_id", tenant))).rejects.toThrow(/AADSTS700016/);
  });
});
