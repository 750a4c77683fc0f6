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
