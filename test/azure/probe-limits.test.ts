import { describe, expect, it } from "vitest";
import type { Deployment } from "../../src/domain/estate.ts";
import { deployment } from "./fixtures.ts";
import { COMPLETION, setUp } from "./probing.ts";

function named(name: string, url: string): Deployment {
  return deployment(url, { model: { name, version: "1" } });
}

describe("the field that bounds the answer", () => {
  it.each([
    ["gpt-4o", "max_tokens"],
    ["gpt-35-turbo", "max_tokens"],
    ["o3-mini", "max_completion_tokens"],
    ["gpt-5-mini", "max_completion_tokens"],
    ["gpt-5.6-sol", "max_completion_tokens"],
  ])("for %s is %s", async (model, field) => {
    await using it = await setUp(() => ({ body: COMPLETION }));
    await it.probe.deployment(named(model, it.stub.url));
    expect(JSON.parse(it.stub.seen[0]?.body ?? "")).toHaveProperty(field, 1);
  });

  it.each([
    [
      "new-model",
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      "max_completion_tokens",
    ],
    ["o1-like", "Unrecognized request argument supplied: max_completion_tokens", "max_tokens"],
  ])("is learnt from the refusal of %s, once", async (model, message, accepted) => {
    await using it = await setUp((request) =>
      accepted in JSON.parse(request.body)
        ? { body: COMPLETION }
        : { status: 400, body: { error: { message, type: "invalid_request_error" } } },
    );
    expect(await it.probe.deployment(named(model, it.stub.url))).toMatchObject({ outcome: "ok" });
    expect(await it.probe.deployment(named(model, it.stub.url))).toMatchObject({ outcome: "ok" });
    expect(it.stub.seen).toHaveLength(3);
  });
});

describe("the version of the API", () => {
  const refusal = (version: string): string => `Model {modelName} is enabled only for api versions ${version} and later`;

  it("that a model of the o-series wants is learnt from its refusal, once", async () => {
    await using it = await setUp((request) =>
      request.url.includes("api-version=2024-12-01-preview")
        ? { body: COMPLETION }
        : { status: 400, body: { error: { code: "BadRequest", message: refusal("2024-12-01-preview") } } },
    );
    expect(await it.probe.deployment(named("o3-mini", it.stub.url))).toMatchObject({ outcome: "ok" });
    expect(await it.probe.deployment(named("o3-mini", it.stub.url))).toMatchObject({ outcome: "ok" });
    expect(it.stub.seen).toHaveLength(3);
  });

  it.each(["2023-05-15", "2024-10-21", "latest"])("of %s is not followed", async (version) => {
    await using it = await setUp(() => ({ status: 400, body: { error: { message: refusal(version) } } }));
    expect(await it.probe.deployment(named("o3-mini", it.stub.url))).toMatchObject({ outcome: "misconfigured" });
    expect(it.stub.seen).toHaveLength(1);
  });
});

describe("the floor on tokens", () => {
  const FLOOR = "Invalid 'max_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.";
  const tokensSent = (body: string): unknown => Object.values(JSON.parse(body) as object).at(-1);

  it("is learnt from the refusal, once", async () => {
    await using it = await setUp((request) =>
      Number(tokensSent(request.body)) >= 16 ? { body: COMPLETION } : { status: 400, body: { error: { message: FLOOR } } },
    );
    expect(await it.probe.deployment(deployment(it.stub.url))).toMatchObject({ outcome: "ok" });
    expect(await it.probe.deployment(deployment(it.stub.url))).toMatchObject({ outcome: "ok" });
    expect(it.stub.seen.map(({ body }) => tokensSent(body))).toEqual([1, 16, 16]);
  });

  it("is learnt beside the field's name", async () => {
    await using it = await setUp((request) => {
      const sent = JSON.parse(request.body) as Record<string, number>;
      if ("max_tokens" in sent)
        return { status: 400, body: { error: { message: "Unsupported parameter: 'max_tokens' is not supported" } } };
      const tooFew = (sent["max_completion_tokens"] ?? 0) < 16;
      return tooFew
        ? { status: 400, body: { error: { message: FLOOR.replace("max_tokens", "max_completion_tokens") } } }
        : { body: COMPLETION };
    });
    expect(await it.probe.deployment(deployment(it.stub.url))).toMatchObject({ outcome: "ok" });
    expect(it.stub.seen).toHaveLength(3);
  });

  it("that never satisfies is given up", async () => {
    let floor = 1;
    await using it = await setUp(() => ({ status: 400, body: { error: { message: FLOOR.replace("16", String((floor *= 2))) } } }));
    expect(await it.probe.deployment(deployment(it.stub.url))).toMatchObject({ outcome: "misconfigured", statusCode: 400 });
    expect(it.stub.seen).toHaveLength(4);
  });

  it.each(["100000", "1", "0"])("of %s is not followed", async (minimum) => {
    await using it = await setUp(() => ({ status: 400, body: { error: { message: FLOOR.replace("16", minimum) } } }));
    expect(await it.probe.deployment(deployment(it.stub.url))).toMatchObject({ outcome: "misconfigured" });
    expect(it.stub.seen).toHaveLength(1);
  });
});
