import type { EdgeRouter } from "../../ports.ts";

/** What each kind of Front Door implements; both may throw. */
export type Origins = Pick<EdgeRouter, "read" | "write">;
