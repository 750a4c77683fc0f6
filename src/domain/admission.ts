/** Survivor admission: how much of what a region carries the others can take over, in tokens per minute. */
import { demandOf, headroom, type Capacity } from "./capacity.ts";
import type { HoldLimits } from "./desired-routing.ts";
import type { Deployment, Estate } from "./estate.ts";
import { leave, type Leaving } from "./handover.ts";
import { poolParts, poolsLeadingTo } from "./pool-shapes.ts";
import type { PoolRouting, Routing } from "./routing.ts";
import { leadsOf, movedDeployments, quotaPoolOf } from "./topology.ts";

export interface Survivor {
  readonly deployment: string;
  readonly quotaPool: string;
  readonly headroom: number | null;
  /** Tokens per minute it would receive if everything moved. */
  readonly receives: number;
}

export interface Admission {
  /** Part [0–1] of the traffic that may move; null = unknown. */
  readonly maxSafeShare: number | null;
  /** Tokens per minute that would move; null = unknown. */
  readonly demand: number | null;
  readonly survivors: readonly Survivor[];
  /** Tokens per minute of each deployment that nobody could serve; only those that would lose any. */
  readonly shed: readonly { readonly deployment: string; readonly tokensPerMinute: number }[];
  /** Headroom by deployment of all that could take over, as far as it is known: what the hold freezes. */
  readonly takers: Readonly<Record<string, number>>;
  readonly reason: string;
}

/** What is asked: `scope` null = the whole region. `impaired` deployments take nothing over, whatever their headroom. */
export interface Move {
  readonly region: string;
  readonly scope: readonly string[] | null;
  readonly impaired?: ReadonlySet<string>;
}

export function unknownAdmission(reason: string): Admission {
  return { maxSafeShare: null, demand: null, survivors: [], shed: [], takers: {}, reason };
}

/** `routing` is the normal routing, `holds` those in force; what moves is moved wholly. */
export function admit(estate: Estate, routing: Routing, holds: readonly HoldLimits[], move: Move, capacity: Capacity): Admission {
  return admitMove(estate, routing, holds, move, capacity).admission;
}

export function admitMove(
  estate: Estate,
  routing: Routing,
  holds: readonly HoldLimits[],
  move: Move,
  capacity: Capacity,
): { readonly admission: Admission; readonly leaving: Leaving } {
  const { region, scope } = move;
  const moved = movedDeployments(estate, region, scope);
  const room = (deployment: Deployment): number | null => headroom(estate, deployment, capacity);
  const takers = takersOf(estate, routing, moved, move, room);
  const others = holds.filter((hold) => hold.region !== region);
  const leaving = leave(estate, routing, others, { region, scope, share: 0, origin: "enabled", takers });
  const demands = new Map(moved.map((deployment) => [deployment, demandOf(deployment.id, capacity)]));
  const demand = sumKnown([...demands.values()]);
  const survivors = survivorsOf(leaving, room, demands);
  const { maxSafeShare, reason } = judge(scope === null ? region : scope.join(", "), leaving, demand, survivors);
  const shed = maxSafeShare === null ? [] : shedOf(demands, leaving, maxSafeShare);
  return { leaving, admission: { maxSafeShare, demand, survivors, shed, takers, reason } };
}

function judge(
  what: string,
  leaving: Leaving,
  demand: number | null,
  survivors: readonly Survivor[],
): Pick<Admission, "maxSafeShare" | "reason"> {
  if (isStranded(leaving)) return { maxSafeShare: 0, reason: `nobody else serves the pools of ${what}` };
  if (demand === null) return { maxSafeShare: null, reason: `the demand of ${what} is unknown` };
  const unknown = survivors.find((survivor) => survivor.receives > 0 && survivor.headroom === null);
  if (unknown !== undefined) return { maxSafeShare: null, reason: `the headroom of ${unknown.deployment} is unknown` };
  const maxSafeShare = safeShare(survivors);
  return { maxSafeShare, reason: explain(what, demand, maxSafeShare, survivors) };
}

/** Weights are whole points of a hundred and at least one: who receives no more than this part of it does not decide. */
const LEAST_PART = 0.015;

function safeShare(survivors: readonly Survivor[]): number {
  const moves = survivors.reduce((sum, { receives }) => sum + receives, 0);
  if (moves === 0) return 1;
  const room = survivors.reduce((sum, { headroom: free }) => sum + (free ?? 0), 0);
  const deciding = survivors.filter(({ receives }) => receives > LEAST_PART * moves);
  return Math.min(1, room / moves, ...deciding.map(({ headroom: free, receives }) => (free ?? 0) / receives));
}

/** Headroom in tokens per minute; null = unknown. */
type Room = (deployment: Deployment) => number | null;

/** Of everybody who stands in a pool with what moves, and stays: a hold spreads what leaves in proportion to these. */
function takersOf(
  estate: Estate,
  routing: Routing,
  moved: readonly Deployment[],
  { impaired }: Move,
  room: Room,
): Readonly<Record<string, number>> {
  const leaving = new Set(moved);
  const takers: Record<string, number> = {};
  for (const { shape } of poolsLeadingTo(estate, routing, moved)) {
    for (const deployment of shape.deployments) {
      if (leaving.has(deployment) || takers[deployment.id] !== undefined) continue;
      const free = impaired?.has(deployment.id) === true ? 0 : room(deployment);
      if (free !== null) takers[deployment.id] = Math.floor(free);
    }
  }
  return takers;
}

/** Tokens per minute; null = unknown. */
type Demands = ReadonlyMap<Deployment, number | null>;

/** Whoever gains by it stands in a pool with what moves. */
function survivorsOf({ handovers }: Leaving, room: Room, demands: Demands): readonly Survivor[] {
  const received = new Map<Deployment, number>();
  for (const { from, to, part } of handovers) received.set(to, (received.get(to) ?? 0) + (demands.get(from) ?? 0) * part);
  return [...received].map(([to, receives]) => ({
    deployment: to.id,
    quotaPool: quotaPoolOf(to),
    headroom: room(to),
    receives,
  }));
}

/** Every pool that sends it traffic would be left as it is, because nobody else could serve it. */
function isStranded({ carries, handovers }: Leaving): boolean {
  return carries && handovers.length === 0;
}

function shedOf(demands: Demands, { stranded }: Leaving, maxSafeShare: number): Admission["shed"] {
  return [...demands].flatMap(([{ id }, demand]) => {
    const served = (1 - (stranded[id] ?? 0)) * maxSafeShare;
    const tokensPerMinute = Math.round((demand ?? 0) * (1 - served));
    return tokensPerMinute > 0 ? [{ deployment: id, tokensPerMinute }] : [];
  });
}

function explain(what: string, demand: number, share: number, survivors: readonly Survivor[]): string {
  const tight = tightest(survivors);
  const room =
    tight === undefined
      ? "nobody receives any of it"
      : `${tight.deployment} would receive ${Math.round(tight.receives)} of its ${Math.round(tight.headroom ?? 0)} TPM headroom`;
  return `${what} carries ${Math.round(demand)} TPM; ${room}; ${Math.floor(share * 100)} % may move`;
}

function tightest(survivors: readonly Survivor[]): Survivor | undefined {
  const ratio = ({ headroom: free, receives }: Survivor): number => (free ?? 0) / receives;
  return survivors.reduce<Survivor | undefined>(
    (least, one) => (least === undefined || ratio(one) < ratio(least) ? one : least),
    undefined,
  );
}

function sumKnown(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

/** Part [0–1] of a pool's traffic that goes to a deployment: its part of the first-choice group. */
export function partOf(estate: Estate, pool: PoolRouting, deployment: string): number {
  return [...poolParts(leadsOf(estate, pool))].find(([{ id }]) => id === deployment)?.[1] ?? 0;
}
