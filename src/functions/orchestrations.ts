import * as df from "durable-functions";
import { getApp } from "../app/compose.ts";
import { activities, type ActivityName } from "../orchestrations/contracts.ts";
import { orchestrations } from "../orchestrations/index.ts";
import { runStarter } from "./durable-client.ts";

for (const [name, orchestration] of Object.entries(orchestrations)) {
  df.app.orchestration(name, function* (context) {
    // The input's type is the contract's: only this product starts these orchestrations.
    return yield* orchestration(context, context.df.getInput<never>());
  });
}

for (const name of Object.keys(activities) as ActivityName[]) {
  df.app.activity(name, {
    extraInputs: [df.input.durableClient()],
    handler: async (input: unknown, context) => {
      const app = await getApp();
      // The contract types the input; the registration loop cannot.
      return app.activities[name](input as never, runStarter(context, app));
    },
  });
}
