/** The user's estate with its cloud and data-plane URLs pointed at the embedded Azure: the doors that any sovereign cloud uses. */
import { z } from "zod";
import type { Estate } from "../../src/domain/estate.ts";
import type { EmbeddedAzure } from "../azure/server.ts";
import { appMode, type Automation } from "./job.ts";

const Doors = z.looseObject({
  deployments: z.array(z.looseObject({ endpoint: z.string() })),
  gateways: z.array(z.looseObject({ url: z.string() })),
  safety: z.looseObject({}).optional(),
});

export function rehearsedEstate(
  text: string,
  estate: Estate,
  azure: Pick<EmbeddedAzure, "url" | "localUrl">,
  automation: Automation,
): string {
  const raw = Doors.parse(JSON.parse(text));
  return JSON.stringify({
    ...raw,
    cloud: { ...estate.cloud, resourceManager: azure.url },
    deployments: raw.deployments.map((deployment) => ({ ...deployment, endpoint: azure.localUrl(deployment.endpoint) })),
    gateways: raw.gateways.map((gateway) => ({ ...gateway, url: azure.localUrl(gateway.url) })),
    safety: { ...raw.safety, mode: appMode(automation) },
  });
}
