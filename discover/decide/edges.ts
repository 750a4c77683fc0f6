/** The Front Doors: which of their origins lead to which gateway. */
import type { FoundEdge, FoundGateway, FoundOrigin } from "../inventory.ts";
import type { Destinations } from "./destinations.ts";
import { note, undecided, type Finding } from "./findings.ts";

export interface DecidedEdge {
  readonly edge: FoundEdge;
  readonly origins: readonly { readonly group: string; readonly name: string; readonly gateway: FoundGateway }[];
}

/** `gateways`: those that are in the estate. */
export function decideEdge(
  edge: FoundEdge,
  gateways: readonly FoundGateway[],
  destinations: Destinations,
  report: (finding: Finding) => void,
): readonly DecidedEdge[] {
  const found = edge.origins.map((origin) => ({ origin, leads: leadsTo(origin, gateways, destinations) }));
  const origins = found.flatMap(({ origin: { group, name }, leads }) =>
    leads.length === 1 ? leads.map((gateway) => ({ group, name, gateway })) : [],
  );
  const groups = new Set(origins.map(({ group }) => group));
  for (const { origin, leads } of found) {
    const where = `${edge.name}, origin group ${origin.group}, origin ${origin.name}`;
    if (leads.length > 1)
      report(undecided("unknown-origin", where, `${origin.host} leads to several gateways: ${leads.map(({ name }) => name).join(", ")}`));
    // A group without any gateway serves something else.
    else if (leads.length === 0 && groups.has(origin.group))
      report(undecided("unknown-origin", where, `${origin.host} is no gateway of this estate, though others of its group are`));
  }
  for (const group of groups) {
    if (edge.routedGroups !== null && !edge.routedGroups.has(group.toLowerCase()))
      report(
        note(
          "unrouted-group",
          `${edge.name}, origin group ${group}`,
          "no enabled route leads to it (a rule set may): see whether it carries traffic",
        ),
      );
  }
  return origins.length === 0 ? [] : [{ edge, origins }];
}

/** An API Management instance; a private link may lead to an Application Gateway as well, or to a load balancer's private link service. */
const SERVICE = /\/providers\/microsoft\.apimanagement\/service\//i;

/**
 * The private link's other end is certain, whatever the host: gateways may share a custom domain. A host may stand for several gateways,
 * those outside the estate included; then none of them is certain.
 */
function leadsTo(
  { host, privateLink = "" }: FoundOrigin,
  gateways: readonly FoundGateway[],
  destinations: Destinations,
): readonly FoundGateway[] {
  if (SERVICE.test(privateLink)) return gateways.filter(({ resourceId }) => resourceId.toLowerCase() === privateLink.toLowerCase());
  const found = destinations(host).gateways;
  return found.some((gateway) => gateways.includes(gateway)) ? found : [];
}
