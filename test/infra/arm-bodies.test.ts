/**
 * What the adapters send to Resource Manager, and what the embedded Azure answers, has the shape of Azure's resources: the Bicep compiler
 * holds each body against the ARM type of its API version.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readInventory } from "../../discover/read/inventory.ts";
import { createReader } from "../../discover/read/reader.ts";
import { testEstate, SUBSCRIPTION } from "../rehearsal-azure/estate.ts";
import { raw, rehearsed } from "../rehearsal-azure/start.ts";
import { describeCompiled } from "./support/compiler.ts";
import { anyAudience, driveReaders, driveRouters, estateAt } from "./support/drive.ts";
import { scratch } from "./support/files.ts";
import { bicepLiteral } from "./support/literal.ts";
import { recorded, type Sent } from "./support/recording.ts";

interface Body {
  readonly kind: "answer" | "PUT" | "PATCH";
  /** With the names of its parents. */
  readonly name: string;
  readonly type: string;
  readonly apiVersion: string;
  readonly content: Readonly<Record<string, unknown>>;
}

const running = rehearsed();
const Item = z.looseObject({ id: z.string(), type: z.string(), name: z.string() });
const List = z.object({ value: z.array(Item) });

/** `…/providers/Microsoft.Cdn/profiles/fd1/originGroups/og` → type `Microsoft.Cdn/profiles/originGroups`, name `fd1/og`. */
function typeAndName(id: string): { type: string; name: string } {
  const [namespace = "", ...rest] = (id.split(/\/providers\//i).at(-1) ?? "").split("/");
  const types = rest.filter((_, index) => index % 2 === 0);
  return { type: [namespace, ...types].join("/"), name: rest.filter((_, index) => index % 2 === 1).join("/") };
}

function apiVersionOf(path: string): string {
  return new URL(path, "https://host").searchParams.get("api-version") ?? "";
}

/** A read is repeated for its body; what is no resource (metrics, usages) has no id and type. */
async function answersTo({ method, path }: Sent): Promise<readonly Body[]> {
  if (method !== "GET") return [];
  const { body } = await raw(running(), path);
  const items = List.safeParse(body).data?.value ?? [Item.safeParse(body).data].flatMap((item) => item ?? []);
  return items.map(({ id, type: _type, name: _name, ...content }) => ({
    kind: "answer",
    ...typeAndName(id),
    apiVersion: apiVersionOf(path),
    content,
  }));
}

/** The embedded Azure keeps the bodies of writes, in the order in which they came. */
function writesOf(sent: readonly Sent[]): readonly Body[] {
  // A POST asks for metrics or logs.
  const isWrite = ({ method }: { readonly method: string }): boolean => method !== "GET" && method !== "POST";
  const bodies = running().azure.calls.filter(isWrite);
  const writes = sent.filter(isWrite);
  expect(bodies.map(({ resource }) => resource)).toEqual(writes.map(({ path }) => new URL(path, "https://host").pathname));
  return writes.map(({ method, path }, index) => {
    const { id: _id, type: _type, name: _name, ...content } = z.looseObject({}).parse(bodies[index]?.body);
    return {
      kind: z.enum(["PUT", "PATCH"]).parse(method),
      ...typeAndName(path.split("?")[0] ?? ""),
      apiVersion: apiVersionOf(path),
      content,
    };
  });
}

/** The same resource is there more than once, which one file may not say: names get a number. */
function declaration({ type, apiVersion, name, content }: Body, index: number): string {
  return `resource r${index} '${type}@${apiVersion}' = ${bicepLiteral({ name: `${name}-${index}`, ...content })}\n`;
}

/**
 * What is no fault. An answer carries what only Azure may write (BCP073), and so does the body of a PUT that began as one; a PATCH leaves
 * out what stays as it is (BCP035).
 */
const FINE = { answer: "BCP073", PUT: "BCP073", PATCH: "BCP035" } as const satisfies Record<Body["kind"], string>;

describe("bodies", () => {
  let bodies: readonly Body[] = [];

  beforeAll(async () => {
    const estate = estateAt(running(), testEstate());
    const credential = anyAudience(running());
    const byApp = await recorded(() => driveReaders(estate, credential).then(() => driveRouters(estate, credential)));
    const reader = createReader({ cloud: estate.cloud, credential, wait: async () => undefined, tell: () => undefined });
    const byDiscovery = await recorded(() => readInventory(reader, [{ subscription: SUBSCRIPTION, resourceGroups: [] }]));
    const reads = new Map([...byApp, ...byDiscovery].map((sent) => [sent.path, sent]));
    const answers: Body[] = [];
    for (const sent of reads.values()) answers.push(...(await answersTo(sent)));
    bodies = [...writesOf(byApp), ...answers];
  });

  const typesOf = (kind: Body["kind"]): readonly string[] => [
    ...new Set(bodies.filter((body) => body.kind === kind).map(({ type }) => type.toLowerCase())),
  ];

  it("of every kind that the app writes are among them", () => {
    expect(typesOf("PATCH").toSorted()).toEqual([
      "microsoft.apimanagement/service/backends",
      "microsoft.cdn/profiles/origingroups/origins",
    ]);
    expect(typesOf("PUT")).toEqual(["microsoft.network/frontdoors"]);
  });

  it("of every kind that the app reads are among them", () => {
    expect(typesOf("answer")).toEqual(
      expect.arrayContaining([
        "microsoft.apimanagement/service/backends",
        "microsoft.cdn/profiles/origingroups/origins",
        "microsoft.cognitiveservices/accounts",
        "microsoft.cognitiveservices/accounts/deployments",
        "microsoft.network/frontdoors",
      ]),
    );
  });

  describeCompiled("are resources", (compiler) => {
    const folder = scratch();
    beforeAll(() => void folder.write("bicepconfig.json", JSON.stringify({ analyzers: { core: { enabled: false } } })));

    async function problemsOf(checked: readonly Body[]): Promise<readonly string[]> {
      const problems: string[] = [];
      const texts = checked.map(declaration);
      const { findings } = await compiler.compile(folder.write("bodies.bicep", texts.join("")));
      const ends = texts.map(
        (_, index) =>
          texts
            .slice(0, index + 1)
            .join("")
            .split("\n").length - 1,
      );
      for (const finding of findings) {
        const line = Number(/\.bicep\((\d+)\)/.exec(finding)?.[1]);
        const body = checked[ends.findIndex((end) => line <= end)];
        if (body !== undefined && finding.includes(` ${FINE[body.kind]}:`)) continue;
        problems.push(`${body?.kind} ${body?.type}@${body?.apiVersion} ${body?.name}: ${finding.replace(/^.*?\) /, "")}`);
      }
      return problems;
    }

    it("without a finding", async () => expect(await problemsOf(bodies)).toEqual([]));

    it.each<[what: string, kind: Body["kind"], type: RegExp, spoil: (text: string) => string]>([
      ["a PATCH of a pool with a misspelt property", "PATCH", /backends$/i, (text) => text.replace('"services"', '"service"')],
      ["a PATCH of a pool with a weight that is a text", "PATCH", /backends$/i, (text) => text.replace('"weight":70', '"weight":"70"')],
      ["a PATCH of an origin with a misspelt property", "PATCH", /origins$/i, (text) => text.replace('"enabledState"', '"enabled"')],
      [
        "a PUT of a Front Door with a misspelt property",
        "PUT",
        /frontdoors$/i,
        (text) => text.replace('"backendHostHeader"', '"hostHeader"'),
      ],
      ["an answered backend with a misspelt property", "answer", /backends$/i, (text) => text.replace('"tripDuration"', '"trip"')],
      ["an answered origin with a misspelt property", "answer", /origins$/i, (text) => text.replace('"hostName"', '"host"')],
      ["an answered deployment with a misspelt property", "answer", /deployments$/i, (text) => text.replace('"model"', '"modell"')],
      [
        "an answered account with a misspelt property",
        "answer",
        /accounts$/i,
        (text) => text.replace('"customSubDomainName"', '"subDomain"'),
      ],
    ])("%s is found", async (_what, kind, type, spoil) => {
      const sound = bodies.find(
        (body) => body.kind === kind && type.test(body.type) && spoil(JSON.stringify(body)) !== JSON.stringify(body),
      );
      if (sound === undefined) throw new Error("no such body was recorded");
      const spoilt = { ...sound, content: z.looseObject({}).parse(JSON.parse(spoil(JSON.stringify(sound.content)))) };
      expect(await problemsOf([sound])).toEqual([]);
      expect(await problemsOf([spoilt])).not.toEqual([]);
    });
  });
});
