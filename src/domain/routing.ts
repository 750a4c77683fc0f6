/** Routing as Azure holds it. Absent fields stay absent, so that a restore is exact. */

/** A member of an APIM pool. `id` is kept as ARM wrote it; compare ids without regard to case. */
export interface PoolMember {
  readonly id: string;
  /** 0–100 in ARM; this product writes 1–100 or leaves it absent. */
  readonly weight?: number;
  readonly priority?: number;
}

export interface PoolRouting {
  readonly gateway: string;
  readonly pool: string;
  readonly members: readonly PoolMember[];
}

export interface OriginRouting {
  readonly edge: string;
  readonly group: string;
  readonly origin: string;
  readonly enabled: boolean;
}

export interface Routing {
  readonly pools: readonly PoolRouting[];
  readonly origins: readonly OriginRouting[];
}

/** The backend's name: the last segment of an ARM id, lower-cased. */
export function backendName(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1).toLowerCase();
}

/** In whatever order: it means nothing, and that ARM keeps it is not documented; a pool told in another one would be written for ever. */
export function samePoolMembers(a: readonly PoolMember[], b: readonly PoolMember[]): boolean {
  return a.length === b.length && a.every((member) => b.some((other) => sameMember(member, other)));
}

function sameMember(a: PoolMember, b: PoolMember): boolean {
  return backendName(a.id) === backendName(b.id) && a.weight === b.weight && a.priority === b.priority;
}

/** `foundry-eastus2 p1 w50, foundry-japaneast p2`: absent fields are left out. */
export function describeMembers(members: readonly PoolMember[]): string {
  return members
    .map(
      ({ id, priority, weight }) =>
        `${backendName(id)}${priority === undefined ? "" : ` p${priority}`}${weight === undefined ? "" : ` w${weight}`}`,
    )
    .join(", ");
}

export function findOrigin(origins: readonly OriginRouting[], wanted: OriginRouting): OriginRouting | undefined {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  return origins.find((o) => o.edge === wanted.edge && same(o.group, wanted.group) && same(o.origin, wanted.origin));
}
