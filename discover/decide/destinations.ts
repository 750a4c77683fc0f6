/** Where a host leads to: an account, a gateway, or through an Application Gateway to one of these. */
import type { FoundAccount, FoundApplicationGateway, FoundGateway, Inventory } from "../inventory.ts";

export interface Destination {
  readonly accounts: readonly FoundAccount[];
  readonly gateways: readonly FoundGateway[];
  /** The Application Gateways on the way. */
  readonly through: readonly string[];
}

export type Destinations = (host: string) => Destination;

/** A gateway behind a gateway behind a gateway is a loop or beyond us. */
const MOST_HOPS = 3;

export function destinationsOf({ accounts, gateways, applicationGateways }: Inventory): Destinations {
  function lead(host: string, hops: number): Destination {
    const name = publicName(host);
    const direct = {
      accounts: accounts.filter(({ hosts }) => hosts.includes(name)),
      gateways: gateways.filter(({ hosts }) => hosts.includes(name)),
      through: [],
    };
    if (direct.accounts.length + direct.gateways.length > 0 || hops === 0) return direct;
    const behind = frontsOf(applicationGateways, name).flatMap(({ gateway, targets }) =>
      targets.map((target) => ({ gateway, ...lead(target, hops - 1) })),
    );
    return {
      accounts: [...new Set(behind.flatMap((next) => next.accounts))],
      gateways: [...new Set(behind.flatMap((next) => next.gateways))],
      through: [...new Set(behind.flatMap((next) => [next.gateway, ...next.through]))],
    };
  }
  return (host) => lead(host, MOST_HOPS);
}

function frontsOf(
  gateways: readonly FoundApplicationGateway[],
  host: string,
): readonly { readonly gateway: string; readonly targets: readonly string[] }[] {
  return gateways.flatMap(({ name: gateway, fronts }) =>
    fronts.filter(({ hosts }) => hosts.some((pattern) => covers(pattern, host))).map(({ targets }) => ({ gateway, targets })),
  );
}

/** A listener may have wildcards: `*.contoso.com`. */
function covers(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** A private endpoint's own name stands for the public one: `x.privatelink.openai.azure.com`. */
function publicName(host: string): string {
  return host.toLowerCase().replace(".privatelink.", ".");
}
