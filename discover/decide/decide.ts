/** From what stands in the subscriptions to an estate, and to what a person must decide. */
import type { Inventory } from "../inventory.ts";
import { destinationsOf } from "./destinations.ts";
import { decideEdge } from "./edges.ts";
import { estateFile, type Decided, type EstateFile } from "./estate.ts";
import { note, undecided, type Finding } from "./findings.ts";
import { decidePools, type DecidedPool } from "./pools.ts";

export interface Discovery {
  /** Undefined when no pool leads to a deployment. */
  readonly estate: EstateFile | undefined;
  readonly findings: readonly Finding[];
}

export function decide(inventory: Inventory, named: Pick<Decided, "name" | "cloud">): Discovery {
  const findings: Finding[] = inventory.unread.map(({ where, reason }) => undecided("unread", where, `could not be read: ${reason}`));
  const report = (finding: Finding): void => void findings.push(finding);
  const destinations = destinationsOf(inventory);
  const pools = inventory.gateways.flatMap((gateway) => decidePools(gateway, destinations, report));
  const gateways = [...new Set(pools.map(({ gateway }) => gateway))];
  const edges = inventory.edges.flatMap((edge) => decideEdge(edge, gateways, destinations, report));
  reportGateways(inventory, pools, report);
  reportDeployments(inventory, pools, report);
  return { estate: pools.length === 0 ? undefined : estateFile({ ...named, pools, edges }), findings };
}

function reportGateways({ gateways }: Inventory, pools: readonly DecidedPool[], report: (finding: Finding) => void): void {
  for (const gateway of gateways) {
    const { name, location, otherLocations, backends } = gateway;
    if (!pools.some((pool) => pool.gateway === gateway))
      report(
        note(
          "no-pool",
          name,
          backends.length === 0 ? "it has no backends: left out" : "none of its backends is a pool that leads to Foundry: left out",
        ),
      );
    else if (otherLocations.length > 0)
      report(
        note(
          "several-locations",
          name,
          `it stands in ${otherLocations.join(", ")} as well; the estate has it in ${location}, where its management plane is`,
        ),
      );
  }
}

function reportDeployments({ accounts }: Inventory, pools: readonly DecidedPool[], report: (finding: Finding) => void): void {
  const targets = pools.flatMap(({ members }) => members.map(({ target }) => target));
  for (const account of accounts) {
    const used = new Set(targets.filter((target) => target.account === account).map(({ deployment }) => deployment));
    const unused = account.deployments.filter((deployment) => !used.has(deployment)).map(({ name }) => name);
    if (unused.length > 0)
      report(note("unpooled-account", account.name, `in no pool of this estate, and so left out: ${unused.join(", ")}`));
    for (const { name } of [...used].filter(({ completesChats }) => !completesChats))
      report(
        note(
          "not-chat",
          `${account.name}/${name}`,
          "it completes no chats: probed by the account's list of models, which says nothing of the deployment; give it a page of your own (probe.kind url)",
        ),
      );
  }
  if (targets.length > 0)
    report(
      note(
        "data-boundary",
        "regions",
        "Azure does not tell where data may go: set dataBoundary on regions whose traffic must stay together",
      ),
    );
}
