/** The user's estate with its cloud and data-plane URLs pointed at the embedded Azure: the doors that any sovereign cloud uses. */
import { z } from "zod";
import type { Estate } from "../../src/domain/estate.ts";
import type { EmbeddedAzure } from "../azure/server.ts";
import type { RehearsedMode } from "./job.ts";

const Probe = z.looseObject({ url: z.string().optional() });
const Doors = z.looseObject({
  deployments: z.array(z.looseObject({ endpoint: z.string(), probe: Probe.optional() })),
  gateways: z.array(z.looseObject({ url: z.string() })),
  safety: z.looseObject({}).optional(),
});

export function rehearsedEstate(
  text: string,
  estate: Estate,
  azure: Pick<EmbeddedAzure, "endpoints" | "localUrl">,
  mode: RehearsedMode,
): string {
  const raw = Doors.parse(JSON.parse(text));
  const probeOf = (probe: z.infer<typeof Probe> | undefined): object =>
    probe?.url === undefined ? {} : { probe: { ...probe, url: azure.localUrl(probe.url) } };
  return JSON.stringify({
    ...raw,
    cloud: { ...estate.cloud, ...azure.endpoints },
    deployments: raw.deployments.map((deployment) => ({
      ...deployment,
      endpoint: azure.localUrl(deployment.endpoint),
      ...probeOf(deployment.probe),
    })),
    gateways: raw.gateways.map((gateway) => ({ ...gateway, url: azure.localUrl(gateway.url) })),
    safety: { ...raw.safety, mode, modes: {} },
  });
}
