/** What the client must know, from flags or the environment; a flag wins. */
import { parseArgs } from "node:util";
import { z } from "zod";

const FLAGS = {
  endpoint: { env: "FAILOVER_ENDPOINT", help: "https://… of Front Door, or of a gateway" },
  audience: { env: "FAILOVER_AUDIENCE", help: "application ID URI that the gateways expect in tokens" },
  model: { env: "FAILOVER_MODEL", help: "model deployment, such as gpt-4o" },
  "sign-in": { env: "FAILOVER_SIGN_IN", help: "person, or service for a managed identity; default person" },
  tenant: { env: "AZURE_TENANT_ID", help: "of a person" },
  "client-id": { env: "AZURE_CLIENT_ID", help: "of this application, where a person signs in; of a user-assigned identity" },
  authority: { env: "AZURE_AUTHORITY_HOST", help: "default https://login.microsoftonline.com" },
  "give-up-after": { env: "FAILOVER_GIVE_UP_AFTER", help: "seconds of retrying until a question is given up; default 90" },
} as const;

export const USAGE = `node examples/client/main.ts [flags] [question …]     without a question: one per line of standard input
${Object.entries(FLAGS)
  .map(([flag, { env, help }]) => `  --${flag.padEnd(14)} ${env.padEnd(23)} ${help}`)
  .join("\n")}
  --no-stream                            the whole answer at once
  --no-browser                           only prints the address at which to sign in`;

const SwitchOptions = { "no-stream": { type: "boolean" }, "no-browser": { type: "boolean" }, help: { type: "boolean" } } as const;
const OPTIONS = { ...Object.fromEntries(Object.keys(FLAGS).map((flag) => [flag, { type: "string" } as const])), ...SwitchOptions };

const Text = z.string("is missing").min(1, "is empty");
const HttpsUrl = z
  .string("is missing")
  .refine((text) => URL.canParse(text) && new URL(text).protocol === "https:", "must be an address that begins with https://")
  .transform((text) => text.replace(/\/+$/, ""));
const Seconds = z.coerce.number("must be a number of seconds").min(1, "must be 1 second or more").max(3600, "must be 3600 seconds or less");

const Common = z.object({ endpoint: HttpsUrl, audience: Text, model: Text, "give-up-after": Seconds.default(90) });
const Person = Common.extend({
  "sign-in": z.literal("person"),
  tenant: Text,
  "client-id": Text,
  authority: HttpsUrl.default("https://login.microsoftonline.com"),
});
const Service = Common.extend({ "sign-in": z.literal("service"), "client-id": Text.optional() });
const Input = z.discriminatedUnion("sign-in", [Person, Service], { error: "must be person or service" });

export type SignIn =
  | { readonly kind: "person"; readonly tenant: string; readonly clientId: string; readonly authority: string }
  | { readonly kind: "service"; readonly clientId: string | undefined };

export interface Settings {
  readonly endpoint: string;
  readonly audience: string;
  readonly model: string;
  readonly signIn: SignIn;
  readonly giveUpAfterSeconds: number;
  readonly stream: boolean;
  readonly browser: boolean;
  /** None = they come line by line. */
  readonly questions: readonly string[];
}

export type Parsed = { readonly settings: Settings } | { readonly problems: readonly string[] } | "help";

export function parseSettings(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Parsed {
  const read = readArgs(args);
  if ("problem" in read) return { problems: [read.problem] };
  const { values, positionals } = read;
  if (values["help"] === true) return "help";
  const named = Object.entries(FLAGS).map(([flag, { env }]) => [flag, values[flag] ?? (environment[env] || undefined)] as const);
  const parsed = Input.safeParse({ "sign-in": "person", ...Object.fromEntries(named.filter(([, value]) => value !== undefined)) });
  if (!parsed.success) return { problems: parsed.error.issues.map(problemText) };
  const { endpoint, audience, model, "give-up-after": giveUpAfterSeconds } = parsed.data;
  const [stream, browser] = [values["no-stream"] !== true, values["no-browser"] !== true];
  return {
    settings: { endpoint, audience, model, signIn: signInOf(parsed.data), giveUpAfterSeconds, stream, browser, questions: positionals },
  };
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** Undefined flags are refused by name. */
function readArgs(args: readonly string[]): { values: Values; positionals: readonly string[] } | { problem: string } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function problemText({ path, message }: z.core.$ZodIssue): string {
  const flag = String(path[0]);
  const env = Object.entries(FLAGS).find(([name]) => name === flag)?.[1].env;
  return `--${flag} (or ${env ?? ""}): ${message}`;
}

function signInOf(input: z.infer<typeof Input>): SignIn {
  if (input["sign-in"] === "service") return { kind: "service", clientId: input["client-id"] };
  return { kind: "person", tenant: input.tenant, clientId: input["client-id"], authority: input.authority };
}
