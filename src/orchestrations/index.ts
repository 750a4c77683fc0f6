/** The orchestrations by name. Wrappers are generators themselves: the SDK tells orchestrations by that. */
import { activities, type RunInput, type Suspected } from "./contracts.ts";
import { call, type Durable, type DurableContext } from "./durable.ts";
import { runbook } from "./runbook.ts";

export const orchestrations = {
  evacuate: function* evacuate(context: DurableContext, input: RunInput): Durable<unknown> {
    return yield* runbook(context, input);
  },
  restore: function* restore(context: DurableContext, input: RunInput): Durable<unknown> {
    return yield* runbook(context, input);
  },
  investigate: function* investigate(context: DurableContext, input: Suspected): Durable<unknown> {
    return yield* call(context, activities.probeNow, input);
  },
} as const;
