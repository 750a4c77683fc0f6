import type { TokenCredential } from "@azure/identity";
import type { Edge, Estate } from "../../domain/estate.ts";
import type { EdgeRouter } from "../../ports.ts";
import { attempt } from "../arm/failure.ts";
import { createClassicOrigins } from "./classic.ts";
import { createOperationPoll } from "./operation.ts";
import type { Origins } from "./origins.ts";
import { createStandardOrigins } from "./standard.ts";

export function createEdgeRouter(estate: Estate, credential: TokenCredential): EdgeRouter {
  const origins = {
    standard: createStandardOrigins(estate.cloud, credential),
    classic: createClassicOrigins(estate.cloud, credential),
  } satisfies Record<Edge["kind"], Origins>;
  const poll = createOperationPoll(estate.cloud, credential);
  return {
    read: (edge) => attempt(() => origins[edge.kind].read(edge)),
    write: (edge, wanted) => attempt(() => origins[edge.kind].write(edge, wanted)),
    poll: (_edge, operation) => attempt(() => poll(operation)),
  };
}
