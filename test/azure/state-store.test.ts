import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStateStore } from "../../src/azure/tables/state-store.ts";
import type { StateStore } from "../../src/ports.ts";
import { failingCredential, staticCredential } from "../support/credential.ts";
import { startStub } from "./stub.ts";
import { startTableService, type TableService } from "./table-service.ts";

let service: TableService;
let tables = 0;

beforeAll(async () => {
  service = await startTableService();
}, 30_000);
afterAll(async () => await service[Symbol.asyncDispose]());

function store(tableName = `state${tables++}`): StateStore {
  return createStateStore({ env: { AzureWebJobsStorage: service.connectionString }, tableName, credential: failingCredential() });
}

describe("a row", () => {
  it("is not there before it is written", async () => {
    expect(await store().get("p", "k")).toBeUndefined();
  });

  it("comes back as it went in", async () => {
    const state = store();
    const value = { text: "ü 😀 \u0000 \ud800", list: [1, null, { deep: true }], empty: "" };
    expect(await state.put("p", "k", value, undefined)).toBe("written");
    expect((await state.get("p", "k"))?.value).toEqual(value);
  });

  it("is inserted once: the second of two is told", async () => {
    const state = store();
    const outcomes = await Promise.all([state.put("p", "k", 1, undefined), state.put("p", "k", 2, undefined)]);
    expect(outcomes.sort()).toEqual(["conflict", "written"]);
  });

  it("is replaced under the version that was read, and only then", async () => {
    const state = store();
    await state.put("p", "k", 1, undefined);
    const read = await state.get<number>("p", "k");
    expect(await state.put("p", "k", 2, read?.etag)).toBe("written");
    expect(await state.put("p", "k", 3, read?.etag)).toBe("conflict");
    expect((await state.get("p", "k"))?.value).toBe(2);
  });

  it("that is gone is a conflict for whoever read it", async () => {
    const state = store();
    await state.put("p", "k", 1, undefined);
    const read = await state.get<number>("p", "k");
    await state.remove("p", "k");
    expect(await state.put("p", "k", 2, read?.etag)).toBe("conflict");
  });

  it("is set without regard to its version, and removed twice without harm", async () => {
    const state = store();
    await state.set("p", "k", { long: "x".repeat(100_000) });
    await state.set("p", "k", { long: "y" });
    expect((await state.get("p", "k"))?.value).toEqual({ long: "y" });
    await state.remove("p", "k");
    await state.remove("p", "k");
    expect(await state.get("p", "k")).toBeUndefined();
  });

  it.each([
    ["ASCII", "x".repeat(460_000)],
    ["surrogate pairs", "😀".repeat(30_000)],
    ["surrogate pairs across every boundary", `a${"😀".repeat(30_000)}`],
    ["umlauts", "ü".repeat(70_000)],
  ])("may fill many properties with %s, and no character is cut", async (_what, value) => {
    const state = store();
    await state.set("p", "k", value);
    const read = await state.get<string>("p", "k");
    // Compared first, because a difference of this size is unreadable.
    expect(read?.value === value).toBe(true);
  });

  it("over 900 KB is refused with its size", async () => {
    await expect(store().set("p", "k", "x".repeat(500_000))).rejects.toThrow("977 KB, at most 900 KB");
  });

  it("of undefined is refused", async () => {
    await expect(store().set("p", "k", undefined)).rejects.toThrow("not JSON");
  });

  it.each(["a/b", "a\\b", "a#b", "a?b", "a\nb", "a\u0085b", "", "x".repeat(513)])("has no key such as %j", async (key) => {
    const state = store();
    await expect(state.get("p", key)).rejects.toThrow(/key/);
    await expect(state.put("p", key, 1, undefined)).rejects.toThrow(/key/);
    await expect(state.set(key, "k", 1)).rejects.toThrow(/key/);
    await expect(state.remove("p", key)).rejects.toThrow(/key/);
    await expect(state.list(key)).rejects.toThrow(/key/);
  });

  it.each(["it's", "a b", "100%", "a+b", "ü", "2026-01-01T00:00:00.000Z~1"])("may have the key %j", async (key) => {
    const state = store();
    await state.put(key, key, 1, undefined);
    expect(await state.get(key, key)).toMatchObject({ value: 1 });
    expect(await state.list(key, key)).toMatchObject([{ key, value: 1 }]);
  });
});

describe("rows of one partition", () => {
  it("are listed in the order of their keys, from a key on, with versions that a write accepts", async () => {
    const state = store();
    for (const key of ["c", "a", "d", "b"]) await state.set("p", key, key);
    await state.set("other", "z", "z");
    expect((await state.list("p")).map(({ key }) => key)).toEqual(["a", "b", "c", "d"]);
    const rows = await state.list<string>("p", "c");
    expect(rows.map(({ key, value }) => [key, value])).toEqual([
      ["c", "c"],
      ["d", "d"],
    ]);
    expect(await state.put("p", "c", "new", rows[0]?.etag)).toBe("written");
  });

  it("are written 100 at once, and twice at the same time", async () => {
    const state = store();
    const rows = (name: string) => Array.from({ length: 100 }, (_, index) => ({ key: `${name}${index}`, value: { index } }));
    await Promise.all([state.setMany("p", rows("a")), state.setMany("p", rows("b"))]);
    await state.setMany("p", rows("a"));
    await state.setMany("p", []);
    expect(await state.list("p")).toHaveLength(200);
  });

  it("are refused beyond 100", async () => {
    const rows = Array.from({ length: 101 }, (_, index) => ({ key: `${index}`, value: 1 }));
    await expect(store().setMany("p", rows)).rejects.toThrow("at most 100");
  });
});

describe("the storage account", () => {
  it("keeps state for the next process: the table may exist already", async () => {
    await store("shared").set("p", "k", 1);
    expect(await store("shared").get("p", "k")).toMatchObject({ value: 1 });
  });

  it("is found by its table service URI and asked with the identity", async () => {
    const credential = staticCredential();
    await using stub = await startStub((request) =>
      request.url.startsWith("/Tables") ? { status: 409, body: { "odata.error": { code: "TableAlreadyExists" } } } : { status: 503 },
    );
    const env = { AzureWebJobsStorage__tableServiceUri: stub.url };
    const state = createStateStore({ env, tableName: "state", credential });
    expect(stub.seen).toEqual([]);
    await expect(state.get("p", "k")).rejects.toThrow();
    expect(credential.scopes).toContain("https://storage.azure.com/.default");
    expect(stub.seen[0]?.headers.authorization).toBe("Bearer test-token");
  });

  it("must be named", () => {
    expect(() => createStateStore({ env: {}, tableName: "state", credential: failingCredential() })).toThrow("AzureWebJobsStorage");
  });

  it("is not asked over plain HTTP with an identity", async () => {
    const env = { AzureWebJobsStorage__tableServiceUri: "http://127.0.0.1:1" };
    await expect(createStateStore({ env, tableName: "state", credential: staticCredential() }).get("p", "k")).rejects.toThrow(
      /https|allowInsecureConnection/,
    );
  });

  it("is asked over plain HTTP only by a connection string that says so", async () => {
    const env = {
      AzureWebJobsStorage: "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0;TableEndpoint=https://127.0.0.1:1/a",
    };
    const failed = createStateStore({ env, tableName: "state", credential: failingCredential() }).get("p", "k");
    await expect(failed).rejects.toThrow("ECONNREFUSED");
    await expect(failed).rejects.not.toThrow("c2VjcmV0");
  });
});
