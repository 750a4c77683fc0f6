/** The activities by name, bound to their dependencies. The type ties every implementation to its contract. */
import type { ActivityName, InputOf, OutputOf } from "../orchestrations/contracts.ts";
import type { Deps, RunStarter } from "../ports.ts";
import { converge } from "./converge.ts";
import { investigate } from "./evaluate.ts";
import { append } from "./memory.ts";
import { observe } from "./observe.ts";
import { finish, intend, record } from "./steps.ts";

export type Activities = { readonly [K in ActivityName]: (input: InputOf<K>, starter: RunStarter) => Promise<OutputOf<K>> };

export function createActivities(deps: Deps): Activities {
  return {
    observe: (run) => observe(deps, run),
    intend: (input) => intend(deps, input),
    converge: (run) => converge(deps, { run: run.id, write: true, initiator: run.initiator }),
    verify: (run) => converge(deps, { run: run.id, write: false }),
    record: (input) => record(deps, input),
    finish: (input) => finish(deps, input),
    probeNow: async ({ cause, targets }, starter) => {
      await append(deps, null, "note", `immediate probe round: ${cause}`);
      await investigate(deps, starter, targets ?? []);
      return null;
    },
  };
}
