import { describe, expect, it } from "vitest";
import type { FoundEdge, FoundOrigin, Inventory } from "../../discover/inventory.ts";
import { decided, EAST, gateway, inventory, pool, PREFIX, single, WEST } from "./found.ts";

describe("Front Door", () => {
  const backends = [single("e", EAST), single("w", WEST), pool("chat", "e", "w")];
  const gateways = [gateway("apim", backends, { hosts: ["apim.azure-api.net", "api.contoso.com"] })];
  const origin = (name: string, host: string, privateLink?: string) => ({ group: "og", name, host, privateLink });
  const edge = (change: Partial<FoundEdge>): FoundEdge => ({
    kind: "standard",
    resourceId: `${PREFIX}/Microsoft.Cdn/profiles/fd`,
    name: "fd",
    origins: [],
    routedGroups: new Set(["og"]),
    ...change,
  });
  const origins = (one: FoundEdge, more: Partial<Inventory> = {}) => {
    const { estate, codes } = decided(inventory(["chat"], backends, { gateways, edges: [one], ...more }));
    return { origins: estate?.edges?.flatMap((found) => found.origins.map(({ name, gateway: id }) => [name, id])), codes };
  };

  it.each([
    ["its own host", origin("o", "apim.azure-api.net")],
    ["a custom domain", origin("o", "api.contoso.com")],
    ["a private link, whatever the host", origin("o", "private.example", `${PREFIX}/microsoft.apimanagement/SERVICE/apim`)],
    ["an Application Gateway", origin("o", "front.contoso.com")],
  ])("an origin leads to its gateway by %s", (_, one) => {
    const applicationGateways = [
      { resourceId: "", name: "agw", fronts: [{ hosts: ["front.contoso.com"], targets: ["apim.azure-api.net"] }] },
    ];
    expect(origins(edge({ origins: [one] }), { applicationGateways }).origins).toEqual([["o", "apim"]]);
  });

  const APIM = "/Microsoft.ApiManagement/service";
  const others = [...gateways, gateway("other", [], { hosts: ["other.azure-api.net", "api.contoso.com"] })];

  it.each<[what: string, one: FoundOrigin, code: string | undefined]>([
    ["a private link to a gateway outside it", origin("o", "api.contoso.com", `${PREFIX}${APIM}/other`), undefined],
    ["a private link to a gateway that was not read", origin("o", "apim.azure-api.net", `${PREFIX}${APIM}/unread`), undefined],
    ["a host that it shares with one outside it", origin("o", "api.contoso.com"), "undecided unknown-origin"],
  ])("an origin leads to no gateway of the estate by %s", (_, one, code) => {
    const { origins: found, codes } = origins(edge({ origins: [one] }), { gateways: others });
    expect(found).toEqual([]);
    expect(codes.find((each) => each.includes("unknown-origin"))).toBe(code);
  });

  it("an origin whose private link leads elsewhere is found by its host", () => {
    const one = origin("o", "apim.azure-api.net", `${PREFIX}/Microsoft.Network/privateLinkServices/pls`);
    expect(origins(edge({ origins: [one] })).origins).toEqual([["o", "apim"]]);
  });

  it("a stranger beside a gateway is undecided; a group of strangers is none of ours", () => {
    const mixed = origins(edge({ origins: [origin("o", "apim.azure-api.net"), origin("x", "shop.example")] }));
    expect(mixed.origins).toEqual([["o", "apim"]]);
    expect(mixed.codes).toContain("undecided unknown-origin");
    const strangers = origins(edge({ origins: [origin("x", "shop.example")] }));
    expect(strangers.origins).toEqual([]);
    expect(strangers.codes).not.toContain("undecided unknown-origin");
  });

  it("a group without a route is worth knowing; unread routes say nothing", () => {
    const one = { origins: [origin("o", "apim.azure-api.net")] };
    expect(origins(edge({ ...one, routedGroups: new Set() })).codes).toContain("note unrouted-group");
    expect(origins(edge({ ...one, routedGroups: null })).codes).not.toContain("note unrouted-group");
  });
});
