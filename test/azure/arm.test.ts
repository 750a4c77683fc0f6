import { RestError } from "@azure/data-tables";
import { describe, expect, it } from "vitest";
import { classify } from "../../src/azure/arm/failure.ts";
import { parentId, parseResourceId } from "../../src/azure/arm/resource-id.ts";
import { oneLine } from "../../src/azure/text.ts";
import { ACCOUNT_ID, SUBSCRIPTION } from "./fixtures.ts";

function named(name: string, message = "m"): Error {
  return Object.assign(new Error(message), { name });
}

function refused(statusCode: number, code?: string): RestError {
  return new RestError("m", { statusCode, ...(code === undefined ? {} : { code }) });
}

describe("what a failed call means", () => {
  it.each([
    ["412 is a conflict", refused(412, "PreconditionFailed"), "conflict"],
    ["408 is busy", refused(408), "busy"],
    ["409 is busy", refused(409, "PessimisticConcurrencyConflict"), "busy"],
    ["429 is busy", refused(429), "busy"],
    ["500 is busy", refused(500), "busy"],
    ["529 is busy: metrics throttle with it", refused(529), "busy"],
    ["a lock is for a person, though it is a 409", refused(409, "ScopeLocked"), "forbidden"],
    ["422 while the service is being updated is busy", refused(422, "ManagementApiRequestFailed"), "busy"],
    ["401 is forbidden", refused(401), "forbidden"],
    ["403 is forbidden", refused(403, "AuthorizationFailed"), "forbidden"],
    ["404 is missing", refused(404), "missing"],
    ["400 is invalid", refused(400, "ValidationError"), "invalid"],
    ["a deadline is busy", named("AbortError"), "busy"],
    ["a timeout is busy", named("TimeoutError"), "busy"],
    ["a refused connection is busy", new RestError("connect ECONNREFUSED", { code: "ECONNREFUSED" }), "busy"],
    [
      "a reset below fetch is busy",
      new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) }),
      "busy",
    ],
    ["a fetch that says no more is busy", new TypeError("terminated"), "busy"],
    ["a failed long-running operation is busy", new Error("The long-running operation has failed. Conflict. x"), "busy"],
    ["no token is busy", named("CredentialUnavailableError"), "busy"],
    [
      "a URL that cannot be used is invalid",
      new TypeError("Invalid URL", { cause: Object.assign(new Error("x"), { code: "ERR_INVALID_URL" }) }),
      "invalid",
    ],
    ["anything else is invalid", new TypeError("x is not a function"), "invalid"],
    ["what is not even an error is invalid", "boom", "invalid"],
  ])("%s", (_rule, error, kind) => {
    expect(classify(error)).toMatchObject({ ok: false, kind });
  });

  it("names status and code", () => {
    expect(classify(refused(403, "AuthorizationFailed"))).toMatchObject({ statusCode: 403, reason: "403 AuthorizationFailed: m" });
  });

  it("says nothing about why there was no token, because that may hold it", () => {
    expect(classify(named("CredentialUnavailableError", "secret")).reason).not.toContain("secret");
  });
});

describe("what a person reads", () => {
  it.each([
    ["a bearer token goes", "sent Bearer eyJ0eXAi.x.y to it", "sent Bearer … to it"],
    ["the query of a URL goes: it is signed", "GET https://h/a/b?t=1&s=2 failed", "GET https://h/a/b?… failed"],
    ["a signature goes", "sv=1&sig=abc%2B&se=2", "sv=1&sig=…&se=2"],
    ["an account key goes", "AccountName=a;AccountKey=abc==;x", "AccountName=a;AccountKey=…;x"],
    ["lines become one", "a\n  b\r\nc", "a b c"],
  ])("%s", (_rule, text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it("stays short", () => {
    expect(oneLine("x".repeat(5000))).toHaveLength(300);
  });
});

describe("ARM ids", () => {
  it("are read without regard to the case of their types", () => {
    const id = parseResourceId(
      `/SUBSCRIPTIONS/${SUBSCRIPTION}/resourcegroups/rg1/providers/Microsoft.Cdn/profiles/P1/origingroups/og/origins/o1`,
    );
    expect([id.subscription, id.resourceGroup, id.nameOf("profiles"), id.nameOf("originGroups")]).toEqual([
      SUBSCRIPTION,
      "rg1",
      "P1",
      "og",
    ]);
  });

  it("say which segment they lack", () => {
    expect(() => parseResourceId("/subscriptions/s")).toThrow("without resourceGroups");
  });

  it("have parents", () => {
    expect(parentId(`${ACCOUNT_ID}/deployments/gpt-4o`)).toBe(ACCOUNT_ID);
  });
});
