/** The command line of `npm start -- …`. */
import { parseArgs } from "node:util";
import { AUTOMATIONS, type Mode } from "../drill/job.ts";
import { EDGE_PROBES, GATEWAY_POLICIES } from "../world.ts";

export interface Options {
  readonly scenario: string;
  readonly estate: string | undefined;
  readonly trace: string | undefined;
  readonly automation: Mode["automation"] | undefined;
  readonly gateway: Mode["gateway"] | undefined;
  readonly edge: Mode["edge"] | undefined;
  /** Onsets one second apart. */
  readonly sweep: number;
  /** Seeds, from the scenario's own on. */
  readonly seeds: number;
  readonly json: string | undefined;
  readonly report: string;
  readonly help: boolean;
}

/** What the user must mend; shown without a stack. */
export class UsageError extends Error {}

/** `ENOENT: no such file or directory`: what the system said, without the path that stands before it already. */
export function systemReason(error: NodeJS.ErrnoException): string {
  return error.message.split(", ", 1)[0] ?? error.message;
}

export const USAGE = `npm start                      rehearses the main job: one region's Foundry goes down under LLM traffic
npm start -- --scenario FILE   another scenario (examples/scenarios)
  --estate FILE                another estate than the scenario's
  --trace FILE                 real traffic: CSV with TIMESTAMP,ContextTokens,GeneratedTokens
  --automation on|recommend|off
  --gateway plain|breaker|breaker-and-retry
  --edge shallow|deep          what Front Door probes
  --sweep N                    N onsets one second apart, mean and worst
  --seeds N                    N seeds, mean and worst
  --json FILE                  the results (one object when one mode was chosen, else an array)
  --report FILE                the HTML report (reports/report.html)`;

export function parseOptions(args: readonly string[]): Options {
  const values = asUsage(() => parse(args));
  return {
    scenario: values.scenario ?? "examples/scenarios/foundry-outage.json",
    estate: values.estate,
    trace: values.trace,
    automation: oneOf("automation", AUTOMATIONS, values.automation),
    gateway: oneOf("gateway", GATEWAY_POLICIES, values.gateway),
    edge: oneOf("edge", EDGE_PROBES, values.edge),
    sweep: count("sweep", values.sweep),
    seeds: count("seeds", values.seeds),
    json: values.json,
    report: values.report ?? "reports/report.html",
    help: values.help ?? false,
  };
}

function count(name: string, value = "1"): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 60)
    throw new UsageError(`--${name}: "${value}" is not a whole number from 1 to 60`);
  return number;
}

/** What `parseArgs` refuses is the user's to mend. */
export function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n--help lists the options.`);
  }
}

const TEXT = { type: "string" } as const;
const OPTIONS = {
  scenario: TEXT,
  estate: TEXT,
  trace: TEXT,
  automation: TEXT,
  gateway: TEXT,
  edge: TEXT,
  sweep: TEXT,
  seeds: TEXT,
  json: TEXT,
  report: TEXT,
  help: { type: "boolean" },
} as const;

function parse(args: readonly string[]): Partial<Record<Exclude<keyof typeof OPTIONS, "help">, string>> & { help?: boolean } {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
}

function oneOf<T extends string>(name: string, allowed: readonly T[], value: string | undefined): T | undefined {
  const found = allowed.find((item) => item === value);
  if (value !== undefined && found === undefined) throw new UsageError(`--${name}: "${value}" is not one of ${allowed.join(", ")}`);
  return found;
}

/** Every mode is drilled more than once. */
export function isRepeated({ sweep, seeds }: Pick<Options, "sweep" | "seeds">): boolean {
  return sweep * seeds > 1;
}

/** Without a choice: automation on and off over every gateway policy, and what the result depends on. One choice narrows the grid. */
export function modesOf(options: Options, usual: Pick<Mode, "edge">): readonly Mode[] {
  const edge = options.edge ?? usual.edge;
  const plain = { edge, propagation: 1, breaker: 1 };
  const automations = options.automation === undefined ? (["on", "off"] as const) : [options.automation];
  const gateways = options.gateway === undefined ? GATEWAY_POLICIES : [options.gateway];
  const grid = gateways.flatMap((gateway) => automations.map((automation) => ({ automation, gateway, ...plain })));
  if (options.automation !== undefined || options.gateway !== undefined || isRepeated(options)) return grid;
  // Propagation moves nothing that Azure does without us; the breaker does.
  const sensitivity = [0.5, 1.5].flatMap((factor) => [
    { ...plain, automation: "on" as const, gateway: "plain" as const, propagation: factor },
    ...automations.map((automation) => ({ ...plain, automation, gateway: "breaker-and-retry" as const, breaker: factor })),
  ]);
  return [...grid, ...sensitivity];
}
