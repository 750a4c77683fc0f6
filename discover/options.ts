/** The command line of `npm run discover -- …`. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { CLOUD_NAMES } from "../src/config/clouds.ts";
import { EstateSchema } from "../src/config/schema.ts";

export interface Options {
  readonly subscriptions: readonly string[];
  /** Empty: all of the subscriptions. */
  readonly resourceGroups: readonly string[];
  /** A cloud's name, or a file with endpoints. */
  readonly cloud: string;
  readonly name: string;
  readonly out: string;
  /** Undefined: standard error. */
  readonly report: string | undefined;
  readonly force: boolean;
}

/** What the user must mend; shown without a stack. */
export class UsageError extends Error {}

export const USAGE = `npm run discover -- --subscription ID      reads API Management, Front Door, Foundry and Application Gateway of a
                                           subscription, and writes an estate to review, with what could not be decided
  --subscription ID                        a UUID; once for each subscription
  --resource-group NAME                    only this group; once for each group (default: all)
  --cloud ${CLOUD_NAMES.join("|")}
                                           or a JSON file with the cloud's endpoints, as an estate has them (public)
  --name NAME                              name of the estate (discovered)
  --out FILE                               where the estate goes (estate.json)
  --report FILE                            where the undecided go (standard error)
  --force                                  overwrite files that exist
Reading takes the role Reader; az login (or the environment's identity) says who reads.
Exit code: 0 an estate was written, look at the undecided; 1 nothing usable was found; 2 the command line is at fault.`;

const TEXT = { type: "string" } as const;
const MANY = { type: "string", multiple: true } as const;
const FLAG = { type: "boolean", default: false } as const;
const OPTIONS = {
  subscription: MANY,
  "resource-group": MANY,
  cloud: TEXT,
  name: TEXT,
  out: TEXT,
  report: TEXT,
  force: FLAG,
  help: FLAG,
} as const;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** As Resource Manager names groups. */
const GROUP = /^[\p{L}\p{N}_.()-]{1,90}$/u;

export function parseOptions(args: readonly string[]): Options | "help" {
  const { values } = asUsage(() => parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }));
  if (values.help) return "help";
  const subscriptions = distinct(values.subscription ?? []);
  const resourceGroups = distinct(values["resource-group"] ?? []);
  if (subscriptions.length === 0) throw new UsageError("--subscription: at least one is needed, a UUID as `az account list` shows it");
  check("subscription", subscriptions, UUID, "a subscription's UUID");
  check("resource-group", resourceGroups, GROUP, "a resource group's name: 1–90 letters, digits and any of _ . ( ) -");
  const { cloud = "public", name = "discovered", out = "estate.json", report, force } = values;
  const named = EstateSchema.shape.name.safeParse(name);
  if (!named.success) throw new UsageError(`--name: "${name}" ${named.error.issues[0]?.message ?? "is not a name"}`);
  if (out === "" || report === "") throw new UsageError(`--${out === "" ? "out" : "report"}: a file's name is needed`);
  if (report !== undefined && resolve(out) === resolve(report)) throw new UsageError("--report: must be another file than --out");
  return { subscriptions, resourceGroups, cloud, name, out, report, force };
}

function check(option: string, values: readonly string[], form: RegExp, what: string): void {
  const bad = values.find((value) => !form.test(value));
  if (bad !== undefined) throw new UsageError(`--${option}: "${bad}" is not ${what}`);
}

/** Azure compares both without regard to case. */
function distinct(values: readonly string[]): readonly string[] {
  return [...new Map(values.map((value) => [value.toLowerCase(), value])).values()];
}

/** What `parseArgs` refuses is the user's to mend. */
export function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n--help lists the options.`);
  }
}
