/** Behind App Service Authentication every route asks for a role, and only there is the platform's word taken for who asks. */
import type { HttpRequest as Request, HttpResponseInit, InvocationContext } from "@azure/functions";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { RegisteredFunction } from "../../rehearsal/functions-host/core-module.ts";
import type * as authorize from "../../src/functions/authorize.ts";
import { registrationsOfSource } from "../support/app-under-test.ts";

const ROLES = ["Reader", "Operator", "Approver", "ActionGroupsSecureWebhook"] as const satisfies readonly authorize.Role[];
const LONG = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

interface Claim {
  readonly typ: string;
  readonly val: unknown;
}

function encoded(principal: unknown): string {
  return Buffer.from(JSON.stringify(principal)).toString("base64");
}

function holding(...roles: readonly string[]): string {
  return encoded({ auth_typ: "aad", role_typ: LONG, claims: roles.map((val): Claim => ({ typ: "roles", val })) });
}

/** What the guard reads of a request. */
async function requestWith(headers: Record<string, string>): Promise<Request> {
  const { HttpRequest } = await import("@azure/functions");
  return new HttpRequest({ method: "POST", url: "https://app.example/api/any", headers, params: { region: "eastus2", id: "run" } });
}

async function contextOf(functionName: string): Promise<InvocationContext> {
  const { InvocationContext } = await import("@azure/functions");
  return new InvocationContext({ functionName, logHandler: () => undefined });
}

function problemOf({ body }: HttpResponseInit): unknown {
  return JSON.parse(typeof body === "string" ? body : "");
}

/** The module as a process would load it that was started with this. */
async function authorizeWith(inForce: string | undefined): Promise<typeof authorize> {
  vi.resetModules();
  vi.stubEnv("WEBSITE_AUTH_ENABLED", inForce);
  return import("../../src/functions/authorize.ts");
}

afterEach(() => vi.unstubAllEnvs());

describe("the routes of an app behind App Service Authentication", () => {
  let routes: readonly RegisteredFunction[] = [];
  beforeAll(async () => {
    process.env["WEBSITE_AUTH_ENABLED"] = "True";
    process.env["ESTATE_JSON"] = "not an estate";
    const { functions } = await registrationsOfSource();
    delete process.env["WEBSITE_AUTH_ENABLED"];
    routes = functions.filter(({ bindings }) => Object.values(bindings).some(({ type }) => type === "httpTrigger"));
  });

  async function call(name: string, headers: Record<string, string>): Promise<HttpResponseInit> {
    const route = routes.find((each) => each.name === name);
    return (await route?.handler(await requestWith(headers), await contextOf(name))) as HttpResponseInit;
  }

  it("take no function key", () => {
    const levels = routes.map(({ bindings }) => Object.values(bindings).find(({ type }) => type === "httpTrigger")?.["authLevel"]);

    expect(new Set(levels)).toEqual(new Set(["anonymous"]));
  });

  it.each<[route: string, roles: readonly authorize.Role[]]>([
    ["status", ["Reader", "Operator", "Approver"]],
    ["runs", ["Reader", "Operator", "Approver"]],
    ["run", ["Reader", "Operator", "Approver"]],
    ["decision", ["Reader", "Operator", "Approver"]],
    ["readKillSwitch", ["Reader", "Operator", "Approver"]],
    ["planRun", ["Operator"]],
    ["startRun", ["Operator"]],
    ["setGate", ["Operator"]],
    ["setKillSwitch", ["Operator"]],
    ["approveRun", ["Approver"]],
    ["declineRun", ["Approver"]],
    ["alerts", ["Operator", "ActionGroupsSecureWebhook"]],
    ["readGate", ROLES],
  ])("%s is for %j", async (name, allowed) => {
    const passed: authorize.Role[] = [];
    for (const role of ROLES) {
      const { status } = await call(name, { "x-ms-client-principal": holding(role) });
      if (status !== 403) passed.push(role);
    }

    expect(passed).toEqual(ROLES.filter((role) => allowed.includes(role)));
    expect((await call(name, {})).status === 401).toBe(name !== "readGate");
  });

  it("are all in the table above", () => {
    expect(routes).toHaveLength(13);
  });

  it("refuse before anything is read: the app has no usable estate, and nobody hears of it without a role", async () => {
    const refused = await call("status", {});

    expect(refused.headers).toMatchObject({ "www-authenticate": "Bearer", "content-type": "application/problem+json" });
    expect(problemOf(refused)).toMatchObject({
      status: 401,
      type: "urn:foundry-failover:problem:unauthenticated",
      detail: expect.stringMatching(/role Reader$/),
    });
    expect((await call("status", { "x-ms-client-principal": holding("Reader") })).status).toBe(500);
  });

  it("name the role that is missing, and echo nothing of the caller's", async () => {
    const refused = await call("approveRun", { "x-ms-client-principal": holding("Operator", "Wizard") });

    expect(problemOf(refused)).toEqual({
      type: "urn:foundry-failover:problem:forbidden",
      title: "The signed-in identity lacks a role",
      status: 403,
      detail: "The token lacks the app role Approver",
      errors: [{ field: "roles", message: "lacks Approver" }],
    });
  });
});

describe("a principal", () => {
  it.each<[what: string, header: string, status: number]>([
    ["with the role under the token's name for it", encoded({ claims: [{ typ: "roles", val: "Reader" }] }), 200],
    ["with the role under the platform's name for it", encoded({ claims: [{ typ: LONG, val: "Reader" }] }), 200],
    ["with several roles", holding("Reader", "Approver"), 200],
    ["without claims", encoded({ claims: [] }), 403],
    ["whose groups are called like a role", encoded({ claims: [{ typ: "groups", val: "Reader" }] }), 403],
    ["that says itself what a role claim is", encoded({ role_typ: "name", claims: [{ typ: "name", val: "Reader" }] }), 403],
    ["with a role in another case", holding("reader"), 403],
    ["with a role that is no text", encoded({ claims: [{ typ: "roles", val: ["Reader"] }] }), 403],
    ["that is empty", "", 401],
    ["that is no base64", "!!!", 401],
    ["that is no JSON", Buffer.from("Reader").toString("base64"), 401],
    ["that has no list of claims", encoded({ claims: "Reader" }), 401],
    ["that comes twice", `${holding("Reader")}, ${holding("Operator")}`, 401],
  ])("%s", async (_what, header, status) => {
    const { secured } = await authorizeWith("True");
    const { handler } = secured("Reader", async () => ({ status: 200 }));
    const answer = (await handler(await requestWith({ "x-ms-client-principal": header }), await contextOf("any"))) as HttpResponseInit;

    expect(answer.status).toBe(status);
  });
});

describe.each([undefined, "False", "", "1"])("with WEBSITE_AUTH_ENABLED %j", (value) => {
  it("a route takes a function key, and the identity headers are nobody's word", async () => {
    const { secured, requestedBy } = await authorizeWith(value);
    const { authLevel, handler } = secured("Reader", async () => ({ status: 200 }));
    const forged = await requestWith({ "x-ms-client-principal-name": "boss", "x-ms-client-principal": holding("Operator") });

    expect(authLevel).toBe("function");
    expect(await handler(await requestWith({}), await contextOf("any"))).toEqual({ status: 200 });
    expect([requestedBy(forged, "sre"), requestedBy(forged, undefined)]).toEqual(["sre", "holder of a function key"]);
  });
});

describe("who asks, with authentication in force", () => {
  let requestedBy: typeof authorize.requestedBy;
  beforeEach(async () => void ({ requestedBy } = await authorizeWith("true")));

  it.each<[what: string, headers: Record<string, string>, who: string]>([
    ["a person", { "x-ms-client-principal-name": "ana@contoso.com", "x-ms-client-principal-id": "0f" }, "ana@contoso.com"],
    ["a service without a name", { "x-ms-client-principal-name": "", "x-ms-client-principal-id": "0f" }, "0f"],
  ])("%s is who is signed in, whatever the body states", async (_what, headers, who) => {
    expect(requestedBy(await requestWith(headers), "somebody else")).toBe(who);
  });
});
