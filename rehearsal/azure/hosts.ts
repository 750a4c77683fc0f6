/** The hosts of the data plane: where they stand, and what keeps a caller from reaching them. */
import type { ControlPlaneFaults } from "./faults.ts";
import { rehearsedName } from "./names.ts";
import type { Platform } from "./platform.ts";

export type ConnectionFault = "dns" | "tls";
/** Whether the name or the certificate of a deployment's or gateway's host is out of order, by its id in the estate. */
export type ConnectionFaultOf = (target: string) => ConnectionFault | undefined;

export interface Host {
  readonly host: string;
  /** Its name in the rehearsal. */
  readonly name: string;
  readonly region: string;
  /** Ids, in the estate, of what is served under it. */
  readonly targets: readonly string[];
}

export interface Hosts {
  byHost(host: string): Host | undefined;
  byName(name: string): Host | undefined;
  /**
   * A host has one name and one certificate: it is out of order when everything under it is. A fault of one deployment of several
   * breaks that deployment's calls alone.
   */
  connectionFault(host: Host): ConnectionFault | undefined;
  /** The prober is cut off from it. */
  isCutOff(host: Host): boolean;
}

export function createHosts(platform: Platform, faults: ControlPlaneFaults, faultOf: ConnectionFaultOf): Hosts {
  const hosts = new Map<string, Host>();
  for (const { host, region, target } of served(platform)) {
    const targets = [...(hosts.get(host)?.targets ?? []), ...target];
    hosts.set(host, { host, name: rehearsedName(host), region, targets });
  }
  const names = new Map([...hosts.values()].map((host) => [host.name, host]));
  return {
    byHost: (host) => hosts.get(host.toLowerCase()),
    byName: (name) => names.get(name),
    connectionFault({ targets }) {
      const [first, ...rest] = targets.map(faultOf);
      return rest.every((fault) => fault !== undefined) ? first : undefined;
    },
    isCutOff: ({ region }) => faults.proberCutOff.includes(region),
  };
}

/** A page stands outside of Azure: no fault of its deployment takes its name or certificate away. */
function served({ services, accounts, pages }: Platform): { host: string; region: string; target: readonly string[] }[] {
  return [
    ...pages.map(({ host, region }) => ({ host, region, target: [] })),
    ...services.map(({ host, region, gateway }) => ({ host, region, target: [gateway] })),
    ...accounts.map(({ host, region, deployments }) => ({ host, region, target: deployments.map(({ id }) => id) })),
  ];
}
