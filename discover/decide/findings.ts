/** What a person must look at before the estate is used. */

export const FINDING_CODES = [
  "unread",
  "unknown-host",
  "several-accounts",
  "several-deployments",
  "no-deployment",
  "chained-gateway",
  "application-gateway",
  "no-subdomain",
  "missing-model",
  "unknown-type",
  "foreign-pool",
  "shared-backend",
  "same-deployment",
  "too-many-members",
  "single-member",
  "model-mismatch",
  "not-chat",
  "unpooled-account",
  "no-pool",
  "several-locations",
  "unknown-origin",
  "unrouted-group",
  "data-boundary",
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

export interface Finding {
  /** `undecided`: left out of the estate, somebody must decide. `note`: in the estate, or rightly not; worth knowing. */
  readonly kind: "undecided" | "note";
  readonly code: FindingCode;
  /** Such as `apim-contoso, pool gpt-4o, member foundry-eastus2`. */
  readonly where: string;
  readonly text: string;
}

export function undecided(code: FindingCode, where: string, text: string): Finding {
  return { kind: "undecided", code, where, text };
}

export function note(code: FindingCode, where: string, text: string): Finding {
  return { kind: "note", code, where, text };
}
