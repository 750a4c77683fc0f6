/** What azd runs around its own steps: see azure.yaml and docs/deploy.md. All of it may be repeated. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../../rehearsal/cli/options.ts";
import { formatIssues } from "../../src/config/issues.ts";
import { parseText } from "../../src/config/load.ts";
import { estateFile } from "./estate-file.ts";

/** What a hook does to the world; a dry run only tells it. */
export interface Hands {
  /** Throws when the command fails. */
  run(command: readonly string[]): void;
  /** What the command prints; a dry run goes on with `otherwise`. */
  ask(command: readonly string[], otherwise: string): string;
  write(file: string, text: string): void;
  say(text: string): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const HOOKS = {
  /** The estate that was deployed, beside azd's own file of the same environment. azd comes here after a preview too. */
  postprovision: (env: Environment, hands: Hands): void => {
    const path = estatePath(env);
    if (env["estate"] === undefined) return hands.say("The deployment has no outputs yet (a preview?): no estate written.");
    const outputs = read(z.object({ estate: z.string(), workspaceCustomerId: z.string() }), env);
    hands.write(path, estateFile(outputs, readIfThere(path)));
  },

  prepackage: (env: Environment, hands: Hands): void =>
    hands.run([process.execPath, "scripts/package/index.ts", "--estate", estatePath(env), "--out", "app.zip"]),

  /** What needs the app's functions, and the private links that Front Door has asked for meanwhile. */
  postdeploy: (env: Environment, hands: Hands): void => {
    const { privateLinkMessage, gatewayIds } = AfterDeploy.parse(JSON.parse(hands.ask(afterDeployment(env), UNKNOWN)));
    hands.run(["sh", "infra/modules/edge/approve-private-links.sh", privateLinkMessage.value, ...gatewayIds.value]);
  },
} as const satisfies Record<string, (env: Environment, hands: Hands) => void>;

const AfterDeploy = z.object({
  privateLinkMessage: z.object({ value: z.string() }),
  gatewayIds: z.object({ value: z.array(z.string()) }),
});
const UNKNOWN = JSON.stringify({ privateLinkMessage: { value: "<privateLinkMessage>" }, gatewayIds: { value: ["<gatewayIds>"] } });
const Gateways = z.object({ gateways: z.array(z.object({ region: z.string() })) });

const Deployed = z.record(z.string(), z.object({ value: z.json() }));

/** From `az deployment sub show --query properties.outputs`: text as it is, everything else as JSON. */
export function environmentOf(outputs: string): Environment {
  const parsed = parseText(Deployed, outputs);
  if (!parsed.ok) throw new UsageError(formatIssues(parsed.issues, "--outputs"));
  const entries = Object.entries(parsed.value);
  return Object.fromEntries(entries.map(([name, { value }]) => [name, typeof value === "string" ? value : JSON.stringify(value)]));
}

function afterDeployment(env: Environment): readonly string[] {
  const wanted = z.object({
    AZURE_ENV_NAME: z.string(),
    AZURE_LOCATION: z.string(),
    AZURE_SUBSCRIPTION_ID: z.string(),
    estate: z.string(),
  });
  const { AZURE_LOCATION: location, AZURE_SUBSCRIPTION_ID: subscription, AZURE_ENV_NAME: name, estate } = read(wanted, env);
  const gatewayLocations = JSON.stringify(Gateways.parse(JSON.parse(estate)).gateways.map(({ region }) => region));
  return [
    ...["az", "deployment", "sub", "create", "--name", `${name}-after-deploy`, "--subscription", subscription, "--location", location],
    ...["--template-file", "infra/after-deploy.bicep", "--parameters", `name=${nameOf(estate)}`, `gatewayLocations=${gatewayLocations}`],
    ...["--query", "properties.outputs", "--output", "json"],
  ];
}

/** The platform's, which need not be azd's name of the environment. */
function nameOf(estate: string): string {
  return z.object({ name: z.string() }).parse(JSON.parse(estate)).name;
}

function estatePath(env: Environment): string {
  return join(".azure", read(z.object({ AZURE_ENV_NAME: z.string() }), env).AZURE_ENV_NAME, "estate.json");
}

/** azd hands over its environment, in which the deployment's outputs stand. */
function read<T>(schema: z.ZodType<T>, env: Environment): T {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const missing = parsed.error.issues.map(({ path }) => path.join("."));
  throw new UsageError(`azd's environment lacks ${missing.join(", ")}: run azd provision first`);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    // Anything else would lose what people wrote into it.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
