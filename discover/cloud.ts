/** Which Azure is asked, and as whom. */
import { DefaultAzureCredential, type TokenCredential } from "@azure/identity";
import { scopeOf } from "../src/azure/arm/options.ts";
import { credential } from "../src/azure/identity/credential.ts";
import { sharedTokens } from "../src/azure/identity/shared-tokens.ts";
import { CLOUD_NAMES, CLOUDS } from "../src/config/clouds.ts";
import { formatIssues } from "../src/config/issues.ts";
import { parseText } from "../src/config/load.ts";
import { EstateSchema } from "../src/config/schema.ts";
import type { CloudEndpoints } from "../src/domain/estate.ts";
import { readText } from "./files.ts";
import { UsageError } from "./options.ts";

export interface Cloud {
  readonly endpoints: CloudEndpoints;
  /** As an estate names it; undefined for the default. */
  readonly inEstate?: (typeof CLOUD_NAMES)[number] | CloudEndpoints;
}

export async function cloudOf(named: string): Promise<Cloud> {
  const name = CLOUD_NAMES.find((known) => known === named);
  if (name === "public") return { endpoints: CLOUDS.public };
  if (name !== undefined) return { endpoints: CLOUDS[name], inEstate: name };
  if (!named.endsWith(".json"))
    throw new UsageError(`--cloud: "${named}" is not one of ${CLOUD_NAMES.join(", ")}, nor a .json file of endpoints`);
  const parsed = parseText(EstateSchema.shape.cloud, await readText(named, "--cloud"));
  if (!parsed.ok) throw new UsageError(`--cloud: ${formatIssues(parsed.issues, named)}`);
  return { endpoints: parsed.value, inEstate: parsed.value };
}

/**
 * Where the platform gives an identity, that; elsewhere whatever the person signed in with (`az login`). The app itself never chooses
 * like that: see src/azure/identity.
 */
export function chooseCredential(env: Readonly<Record<string, string | undefined>>, { authority }: CloudEndpoints): TokenCredential {
  if (env["IDENTITY_ENDPOINT"]) return credential(env);
  return sharedTokens(new DefaultAzureCredential({ authorityHost: authority }));
}

const MOST_REASONS = 8;
const REASON_LENGTH = 140;

/** Without a token every single read would fail, each in its own words. */
export async function signInProblem(source: TokenCredential, { resourceManagerAudience }: CloudEndpoints): Promise<string | undefined> {
  try {
    await source.getToken(scopeOf(resourceManagerAudience));
    return undefined;
  } catch (error) {
    const reasons = (error instanceof Error ? error.message : String(error)).split("\n").filter((line) => line.trim() !== "");
    // The library tells what each way of signing in said, with the headers of its answers.
    const told = reasons.slice(0, MOST_REASONS).map((line) => `  ${line.slice(0, REASON_LENGTH)}`);
    return [`No token for ${resourceManagerAudience}: sign in with \`az login\`.`, ...told].join("\n");
  }
}
