/** API Management's management plane stands in its gateway's region (azure-facts 1.6): it may be down together with what is to be left. */
import type { Estate } from "../estate.ts";
import { hasEdgeOrigin, mayLeaveEdge } from "../topology.ts";
import { names, passed, refused, ROUTING_UNKNOWN, type Climb, type Finding } from "./rung.ts";

/** At least one lever must need no impaired control plane: a gateway whose pools can be written, or a gate, which needs no write. */
export function controlPlaneLocality(climb: Climb): Finding {
  const { estate, region, handovers, share } = climb;
  if (share >= 1 ? hasEdgeOrigin(estate, region) : mayLeaveEdge(estate, region))
    return passed(`the health gate of ${region} needs no control plane`);
  if (share >= 1) return refused(`no edge leads to ${region}: there is no lever`);
  if (handovers === null) return refused(ROUTING_UNKNOWN);
  const written = [...new Set(handovers.flatMap(({ gateways }) => gateways))];
  const impaired = written.filter((id) => isImpaired(climb, estate, id));
  if (written.length > 0 && impaired.length === written.length)
    return refused(
      `all ${written.length} gateways to be written have an impaired control plane (${names(impaired)}), and there is no health gate`,
    );
  return passed(`${written.length - impaired.length} of ${written.length} gateways to be written have a working control plane`);
}

function isImpaired({ convergence, region, verdict }: Climb, estate: Estate, id: string): boolean {
  const home = estate.gateways.find((gateway) => gateway.id === id)?.region;
  const owed = convergence?.items.some((item) => item.kind === "pool" && item.region === home && item.state === "owed") === true;
  return owed || (home === region && verdict?.gateway?.state === "failing");
}
