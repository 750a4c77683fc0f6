/** What one converge works with: read once at its start, the same for every pool and edge. */
import type { EstateState } from "../domain/hold.ts";
import type { Convergence } from "../domain/run.ts";
import type { Deps } from "../ports.ts";
import type { Normal } from "./normal-routing.ts";

export interface ConvergeContext {
  readonly deps: Deps;
  readonly state: EstateState;
  readonly episode: string;
  readonly normal: Normal;
  readonly run: string | null;
  readonly write: boolean;
  readonly before: Convergence | null;
  readonly at: string;
}
