/**
 * One edge: origins are written in one go per profile, and never while Azure still carries out an earlier write: back-to-back
 * changes queue and double the propagation (azure-facts 2.3). A long-running operation is looked at once, never waited for.
 */
import { desiredRouting, regionOfOrigin } from "../domain/desired-routing.ts";
import type { Edge } from "../domain/estate.ts";
import { holdOf } from "../domain/hold.ts";
import { findOrigin, type OriginRouting } from "../domain/routing.ts";
import type { Converged, ConvergedState } from "../domain/run.ts";
import type { ConvergeContext } from "./converge-context.ts";
import { append } from "./memory.ts";
import { captureEdge } from "./normal-routing.ts";

export async function convergeEdge(context: ConvergeContext, edge: Edge): Promise<readonly Converged[]> {
  const { deps } = context;
  const captured = context.normal.edges.find((row) => row.edge === edge.id) ?? (await captureEdge(deps, context.episode, edge));
  if (!("origins" in captured)) return [item(context, edge, null, "owed", captured.reason)];
  const running = await runningOperation(context, edge);
  if (running.length > 0) return running;
  const read = await deps.edges.read(edge);
  if (!read.ok) return [item(context, edge, null, "owed", read.reason)];
  const desired = desiredRouting(deps.estate, { pools: [], origins: captured.origins }, context.state.holds);
  const different = desired.routing.origins.filter((origin) => findOrigin(read.origins, origin)?.enabled !== origin.enabled);
  // An origin of a region without a hold was changed by somebody else: it is theirs.
  const wanted = different.filter((origin) => isHeld(context, origin));
  if (wanted.length === 0) {
    const state = desired.unserved.length > 0 ? "unserved" : "matched";
    return captured.origins.map((origin) =>
      item(context, edge, origin, state, different.includes(origin) ? "changed by somebody else: kept" : "as wanted"),
    );
  }
  if (!context.write) return wanted.map((origin) => item(context, edge, origin, "owed", "not written yet"));
  return writeOrigins(context, edge, wanted);
}

function isHeld({ deps, state }: ConvergeContext, origin: OriginRouting): boolean {
  const region = regionOfOrigin(deps.estate, origin);
  return region !== undefined && holdOf(state, region) !== undefined;
}

async function writeOrigins(context: ConvergeContext, edge: Edge, wanted: readonly OriginRouting[]): Promise<readonly Converged[]> {
  const { deps } = context;
  const change = wanted.map((origin) => `${origin.origin} ${origin.enabled ? "enabled" : "disabled"}`).join(", ");
  const targets = wanted.map((origin) => `${edge.id}/${origin.group}/${origin.origin}`);
  await append(deps, context.run, "intend", `write ${edge.id}: ${change}`, { kind: "origin", edge: edge.id, targets });
  const written = await deps.edges.write(edge, wanted);
  if (!written.ok) {
    return wanted.map((origin) => item(context, edge, origin, "owed", written.reason));
  }
  await append(
    deps,
    context.run,
    "propagate",
    `${edge.id} accepted ${change}; edges take it up within ${deps.estate.evacuate.originBudgetSeconds} s`,
  );
  return wanted.map((origin) => item(context, edge, origin, "propagating", `accepted: ${change}`, written.operation));
}

/** The origins whose write Azure is still carrying out; none when it has ended, well or not, or is not known: ARM is read again then. */
async function runningOperation(context: ConvergeContext, edge: Edge): Promise<readonly Converged[]> {
  const open = (context.before?.items ?? []).filter((i) => i.target.startsWith(`${edge.id}/`) && i.state === "propagating");
  const operation = open[0]?.operation;
  if (operation === undefined) return [];
  const polled = await context.deps.edges.poll(edge, operation);
  // An operation that cannot be asked for now is taken as running: a second write would queue behind it.
  if (polled.ok ? polled.state === "running" : polled.kind === "busy") return open;
  const text = polled.ok ? `the write of ${edge.id} ${polled.state} in ARM ${polled.detail}` : `${edge.id}: ${polled.reason}`;
  await append(context.deps, context.run, "verify", text.trimEnd());
  return [];
}

function item(
  context: ConvergeContext,
  edge: Edge,
  origin: OriginRouting | null,
  state: ConvergedState,
  reason: string,
  operation?: string,
): Converged {
  const base: Converged = {
    kind: "origin",
    target: origin === null ? `${edge.id}/` : `${edge.id}/${origin.group}/${origin.origin}`,
    region: (origin === null ? undefined : regionOfOrigin(context.deps.estate, origin)) ?? "",
    state,
    reason,
    since: context.at,
  };
  return operation === undefined ? base : { ...base, operation };
}
