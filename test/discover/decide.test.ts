import { describe, expect, it } from "vitest";
import type { FindingCode } from "../../discover/decide/findings.ts";
import type { FoundAccount, FoundBackend, Inventory } from "../../discover/inventory.ts";
import { account, decided, deployment, EAST, gateway, inventory, pool, single, WEST } from "./found.ts";

describe("a member's deployment", () => {
  it.each<[string, readonly string[], FoundBackend, string, string | undefined]>([
    ["is the only one of the account", ["chat"], single("b", EAST), "any", "chat"],
    ["is the one in the URL", ["chat", "gpt-4o"], single("b", `${EAST}/deployments/gpt-4o`), "chat", "gpt-4o"],
    ["is the one with the pool's name", ["gpt-4o", "gpt-4o-mini"], single("b", EAST), "GPT-4o", "gpt-4o"],
    [
      "is the one that the backend's name ends with, the longest",
      ["mini", "gpt-4o-mini"],
      single("east-gpt-4o-mini", EAST),
      "any",
      "gpt-4o-mini",
    ],
    [
      "is found by another name of the account",
      ["chat"],
      single("b", "https://ai-eastus.cognitiveservices.azure.com/openai"),
      "any",
      "chat",
    ],
    ["is found by the private link's name", ["chat"], single("b", "https://ai-eastus.privatelink.openai.azure.com/openai"), "any", "chat"],
    ["is open when pool and backend name different ones", ["gpt-4o", "gpt-4o-mini"], single("east-gpt-4o-mini", EAST), "gpt-4o", undefined],
    ["is open when the URL is not to be decoded", ["chat"], single("b", `${EAST}/deployments/%zz`), "chat", undefined],
    ["is open when several fit", ["one", "two"], single("b", EAST), "any", undefined],
    ["is open when the URL names one that is not there", ["chat"], single("b", `${EAST}/deployments/none`), "chat", undefined],
  ])("%s", (_, deployments, backend, name, wanted) => {
    const { members } = decided(inventory(deployments, [backend, pool(name, backend.name.toLowerCase())]));
    expect(members).toEqual(wanted === undefined ? [] : [`${name}: ${backend.name} → ai-eastus/${wanted}`]);
  });

  it("is the one with the model's name, if only one deployment serves that model", () => {
    const models = {
      accounts: [
        account("eastus", [], {
          deployments: [deployment("ai-eastus", "a"), deployment("ai-eastus", "b", { model: { name: "o1", version: "1" } })],
        }),
      ],
    };
    expect(decided(inventory([], [single("x", EAST), pool("o1", "x")], models)).members).toEqual(["o1: x → ai-eastus/b"]);
  });

  it("is the one that all accounts of the pool have in common", () => {
    const accounts = [account("eastus", ["chat", "old"]), account("westus", ["chat", "new"])];
    const backends = [single("e", EAST), single("w", WEST), pool("any", "e", "w")];
    expect(decided(inventory([], backends, { accounts })).members).toEqual(["any: e → ai-eastus/chat", "any: w → ai-westus/chat"]);
  });

  it("stays open when pool and backend contradict each other, whatever the pool's accounts have in common", () => {
    const accounts = [account("eastus", ["gpt-4o", "gpt-4o-mini"]), account("westus", ["gpt-4o"])];
    const backends = [single("e-gpt-4o-mini", EAST), single("w", WEST), pool("gpt-4o", "e-gpt-4o-mini", "w")];
    expect(decided(inventory([], backends, { accounts })).members).toEqual(["gpt-4o: w → ai-westus/gpt-4o"]);
  });

  it("is open when all accounts of the pool have several in common", () => {
    const { members, codes } = decided(inventory(["one", "two"], [single("e", EAST), single("w", WEST), pool("any", "e", "w")]));
    expect(members).toEqual([]);
    expect(codes.filter((code) => code === "undecided several-deployments")).toHaveLength(2);
  });

  it("is found behind an Application Gateway that leads to one account", () => {
    const fronts = [{ hosts: ["*.contoso.com"], targets: ["ai-eastus.openai.azure.com"] }];
    const behind = { applicationGateways: [{ resourceId: "", name: "agw", fronts }] };
    expect(decided(inventory(["chat"], [single("b", "https://east.contoso.com/openai"), pool("p", "b")], behind)).members).toEqual([
      "p: b → ai-eastus/chat",
    ]);
  });
});

const OF_TWO = { hosts: ["agw.contoso.com"], targets: ["ai-eastus.openai.azure.com", "ai-westus.openai.azure.com"] };
const ELSEWHERE = { hosts: ["other.contoso.com"], targets: ["10.0.0.4"] };
const AGW = { applicationGateways: [{ resourceId: "", name: "agw", fronts: [OF_TWO, ELSEWHERE] }] };

describe("what cannot be decided is left out and named", () => {
  it.each<[string, FindingCode, string | undefined, Partial<Inventory>]>([
    ["a host that nothing has", "unknown-host", "https://elsewhere.example/openai", {}],
    ["a backend without a URL", "unknown-host", undefined, {}],
    ["an Application Gateway that spreads over accounts", "several-accounts", "https://agw.contoso.com/openai", AGW],
    ["an Application Gateway in front of something else", "application-gateway", "https://other.contoso.com/openai", AGW],
    ["a gateway behind a gateway", "chained-gateway", "https://apim.azure-api.net/openai", {}],
  ])("%s", (_, code, url, change) => {
    const { members, findings } = decided(inventory(["chat"], [single("e", EAST), single("b", url), pool("p", "e", "b")], change));
    expect(members).toEqual(["p: e → ai-eastus/chat"]);
    expect(findings).toContainEqual(expect.objectContaining({ kind: "undecided", code, where: "apim, pool p, member b" }));
  });

  it.each<[string, FindingCode, FoundAccount]>([
    [
      "a deployment without a model version",
      "missing-model",
      account("westus", [], { deployments: [deployment("ai-westus", "chat", { model: { name: "gpt-4o", version: undefined } })] }),
    ],
    [
      "a type of deployment that the app does not know",
      "unknown-type",
      account("westus", [], { deployments: [deployment("ai-westus", "chat", { type: "GlobalBatch" })] }),
    ],
    ["an account without a subdomain", "no-subdomain", account("westus", ["chat"], { endpoint: undefined })],
    ["an account without deployments", "no-deployment", account("westus", [])],
  ])("%s", (_, code, west) => {
    const accounts = [account("eastus", ["chat"]), west];
    const { members, findings } = decided(inventory([], [single("e", EAST), single("w", WEST), pool("p", "e", "w")], { accounts }));
    expect(members).toEqual(["p: e → ai-eastus/chat"]);
    expect(findings).toContainEqual(expect.objectContaining({ kind: "undecided", code, where: "apim, pool p, member w" }));
  });

  it("a second deployment of one backend: its breaker is of one", () => {
    const { members, codes } = decided(inventory(["a", "b"], [single("e", EAST), pool("a", "e"), pool("b", "e")]));
    expect(members).toEqual(["a: e → ai-eastus/a"]);
    expect(codes).toContain("undecided shared-backend");
  });

  it("a second member of one deployment: an estate takes one", () => {
    const backends = [single("e", EAST), single("e2", EAST), single("w", WEST), pool("p", "e", "e2", "w")];
    const { members, findings } = decided(inventory(["chat"], backends));
    expect(members).toEqual(["p: e → ai-eastus/chat", "p: w → ai-westus/chat"]);
    const [where, text] = ["apim, pool p, member e2", "it leads to ai-eastus/chat, as e does: keep one of them"];
    expect(findings).toContainEqual({ kind: "undecided", code: "same-deployment", where, text });
  });

  it("a pool of more than 30 members", () => {
    const names = Array.from({ length: 31 }, (_, index) => `b${index}`);
    const { estate, codes } = decided(inventory(["chat"], [...names.map((name) => single(name, EAST)), pool("p", ...names)]));
    expect(estate).toBeUndefined();
    expect(codes).toContain("undecided too-many-members");
  });

  it("what could not be read", () => {
    const { findings } = decided(inventory(["chat"], [], { unread: [{ where: "backends of x", reason: "403" }] }));
    expect(findings[0]).toEqual({ kind: "undecided", code: "unread", where: "backends of x", text: "could not be read: 403" });
  });
});

describe("what is worth knowing", () => {
  const both = [single("e", EAST), single("w", WEST), pool("p", "e", "w")];

  it("tells the hosts of strangers only: a URL may carry a key", () => {
    const { findings } = decided(inventory(["chat"], [...both, single("x", "https://u:pw@shop.example/a?code=key"), pool("shop", "x")]));
    const { text } = findings.find(({ code }) => code === "foreign-pool") ?? expect.fail("not told");
    expect(text).toMatch(/that was read: shop\.example$/);
  });

  it.each<[string, FindingCode, Inventory]>([
    ["a pool of other things", "foreign-pool", inventory(["chat"], [...both, single("x", "https://shop.example"), pool("shop", "x")])],
    ["a gateway without such pools", "no-pool", inventory(["chat"], both, { gateways: [gateway("apim", both), gateway("other", [])] })],
    [
      "a gateway in several locations",
      "several-locations",
      inventory(["chat"], both, { gateways: [gateway("apim", both, { otherLocations: ["japaneast"] })] }),
    ],
    ["deployments in no pool", "unpooled-account", inventory(["p", "spare"], both)],
    ["a pool with one member", "single-member", inventory(["chat"], [...both, pool("q", "e")])],
    [
      "different models in one pool",
      "model-mismatch",
      inventory([], both, {
        accounts: [
          account("eastus", ["p"]),
          account("westus", [], { deployments: [deployment("ai-westus", "p", { model: { name: "gpt-4o", version: "2024-05-13" } })] }),
        ],
      }),
    ],
    ["that Azure does not tell data boundaries", "data-boundary", inventory(["chat"], both)],
  ])("%s", (_, code, of) => {
    const { codes } = decided(of);
    expect(codes).toContain(`note ${code}`);
    expect(codes.filter((one) => one.startsWith("undecided"))).toEqual([]);
  });

  it("a deployment that completes no chats is probed by the account's list of models", () => {
    const accounts = [
      account("eastus", [], { deployments: [deployment("ai-eastus", "embed", { completesChats: false })] }),
      account("westus", ["embed"]),
    ];
    const { estate, codes } = decided(inventory([], both, { accounts }));
    expect(estate?.deployments.map(({ region, probe }) => [region, probe])).toEqual([
      ["eastus", { kind: "models" }],
      ["westus", undefined],
    ]);
    expect(codes).toContain("note not-chat");
  });
});

describe("ids", () => {
  it("are as short as is unique, without regard to case, and of another kind than the gateways'", () => {
    const accounts = [
      account("eastus", ["chat"]),
      account("eastus", ["chat"], { name: "ai-two", hosts: ["ai-two.openai.azure.com"], deployments: [deployment("ai-two", "Chat")] }),
    ];
    const backends = [single("e", EAST), single("w", "https://ai-two.openai.azure.com"), pool("chat", "e", "w")];
    const { estate } = decided(inventory([], backends, { accounts, gateways: [gateway("chat-ai-eastus", backends)] }));
    expect(estate?.deployments.map(({ id }) => id)).toEqual(["chat-ai-eastus-2", "Chat-ai-two"]);
  });
});
