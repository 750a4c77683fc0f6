import { afterAll, describe, expect, it } from "vitest";
import { notAllowed } from "./allowed.ts";
import { parseDocument, shippedDocuments } from "./documents.ts";
import { build, startRunner, whyNoSdk, whyNotBuilt } from "./dotnet.ts";
import { expressionsOf } from "./expressions.ts";
import { describeClients } from "./clients.cases.ts";
import { describeOperations } from "./operations.cases.ts";
import { Output, type Result, type Scenario } from "./scenarios.ts";

const documents = shippedDocuments();
const sources = Object.fromEntries(documents.map(({ name, xml }) => [name, xml]));

/** Skipped where C# or its one package cannot be had, and said so; in CI that is a failure. */
const noSdk = whyNoSdk();
const built = noSdk === undefined ? build(expressionsOf(documents), "Run") : { errors: [noSdk], folder: "" };
const missing = noSdk ?? whyNotBuilt(built);
const isSkipped = missing !== undefined && process.env["CI"] === undefined;
if (isSkipped) console.warn(`The policies' expressions are neither compiled nor run: ${missing}.`);

const { errors } = built;
const runner = errors.length === 0 ? startRunner(built.folder) : undefined;
afterAll(() => runner?.stop());

async function play(...scenarios: Scenario[]): Promise<Result[]> {
  if (!runner) throw new Error(errors.join("\n"));
  return Output.parse(await runner.ask({ documents: sources, scenarios })).results;
}

async function playOne(scenario: Scenario): Promise<Result> {
  const [result] = await play(scenario);
  if (!result) throw new Error("no result");
  return result;
}

describe.skipIf(isSkipped)("policy expressions", () => {
  it("compile against the documented context", () => {
    expect(errors).toEqual([]);
  });

  it("use no type that the gateway refuses", async () => {
    const { members } = Output.parse(await runner?.ask({ documents: {}, scenarios: [] }));
    expect(members).toContain("Newtonsoft.Json.Linq.JObject.Parse");
    expect(notAllowed(members)).toEqual([]);
  });

  it("a type that the gateway refuses is found", () => {
    const members = ["System.IO.File.ReadAllText", "System.Math.Min", "System.Text.RegularExpressions.Regex.Escape", "System.Object..ctor"];
    expect(notAllowed(members)).toEqual(["System.IO.File.ReadAllText", "System.Text.RegularExpressions.Regex.Escape"]);
  });

  it("one that is wrong is named, with its place and what is wrong", { timeout: 180_000 }, () => {
    const policies = `<set-variable name="b" value="@(context.Request.Verb)" /><choose><when condition='@("open")' /></choose>`;
    const broken = parseDocument("broken", `<fragment>${policies}</fragment>`);
    expect(build(expressionsOf([broken]), "Expressions").errors).toEqual([
      expect.stringMatching(/^broken: <set-variable> value: CS1061 .*'Verb'/),
      expect.stringMatching(/^broken: <when> condition: CS0029 .*'bool'/),
    ]);
  });
});

describe.skipIf(isSkipped)("the shipped policies", () => {
  describeOperations({ play, playOne });
  describeClients({ play, playOne });
});
