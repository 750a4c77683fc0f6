/** What an estate cannot do without, of a deployment and its account. */
import { DEPLOYMENT_TYPES, type DeploymentType } from "../../src/domain/estate.ts";
import type { FindingCode } from "./findings.ts";
import type { Target } from "./member.ts";

/** What keeps it out of the estate; undefined when nothing does. */
export function usable({ account, deployment }: Target): { readonly code: FindingCode; readonly text: string } | undefined {
  const { model, type } = deployment;
  if (account.endpoint === undefined)
    return { code: "no-subdomain", text: `${account.name} has no custom subdomain: it takes no Entra tokens, so it cannot be probed` };
  if (model.name === undefined || model.version === undefined)
    return {
      code: "missing-model",
      text: `Azure tells no model ${model.name === undefined ? "name" : "version"} of ${account.name}/${deployment.name}`,
    };
  if (deploymentType(type) === undefined)
    return {
      code: "unknown-type",
      text: `${account.name}/${deployment.name} is of the type ${type ?? "(none)"}; known ones: ${DEPLOYMENT_TYPES.join(", ")}`,
    };
  return undefined;
}

export function deploymentType(type: string | undefined): DeploymentType | undefined {
  return DEPLOYMENT_TYPES.find((known) => known === type);
}
