/**
 * What ends with a host. Code of a killed host would go on in this process, where a real one dies with its process; so everything it
 * runs carries its host's life, and none of its requests gets out after that life is over. Not seen: its probes, which go by `fetch`.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { ClientRequest } from "node:http";
import type { Registrations } from "../functions-host/core-module.ts";

export interface Lifetime {
  /** The app's functions, bound to this life. */
  readonly registrations: Registrations;
  end(): void;
}

interface Life {
  isOver: boolean;
}

const lives = new AsyncLocalStorage<Life>();

subscribe("http.client.request.created", (message) => {
  const request = typeof message === "object" && message !== null && "request" in message ? message.request : undefined;
  if (lives.getStore()?.isOver === true && request instanceof ClientRequest) request.destroy(new Error("The host was killed."));
});

export function beginLifetime({ functions, model }: Registrations): Lifetime {
  const life: Life = { isOver: false };
  const bound = functions.map((called) => ({
    ...called,
    handler: (...inputs: unknown[]) => lives.run(life, () => called.handler(...inputs)),
  }));
  return {
    registrations: { functions: bound, model },
    end() {
      life.isOver = true;
    },
  };
}
