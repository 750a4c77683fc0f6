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
  /** Seeds, from the scenario's own (or `seed`) on. */
  readonly seeds: number;
  /** Instead of the scenario's own; the soak's first. */
  readonly seed: number | undefined;
  /** A folder of scenarios, all of them drilled and judged. */
  readonly suite: string | undefined;
  /** So many random drills. */
  readonly soak: number | undefined;
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
  --seed S                     the first seed, instead of the scenario's own
  --json FILE                  the results (one object when one mode was chosen, else an array)
  --report FILE                the HTML report (reports/report.html)
npm start -- --suite DIR       every scenario of a folder, over every gateway policy, with automation on and off, judged by what it
                               declares to expect; --automation, --gateway, --edge, --seeds, --seed, --json and --report as above
npm start -- --soak N          N random drills (estates, traffic, faults) from seed 1, or from --seed S, on; what goes wrong is
                               reproduced by its seed, and shrunk to a scenario of its own in reports/; --json as above`;

export function parseOptions(args: readonly string[]): Options {
  const values = asUsage(() => parse(args));
  refuseMixtures(values);
  return {
    scenario: values.scenario ?? "examples/scenarios/foundry-outage.json",
    estate: values.estate,
    trace: values.trace,
    automation: oneOf("automation", AUTOMATIONS, values.automation),
    gateway: oneOf("gateway", GATEWAY_POLICIES, values.gateway),
    edge: oneOf("edge", EDGE_PROBES, values.edge),
    sweep: count("sweep", values.sweep),
    seeds: count("seeds", values.seeds),
    seed: values.seed === undefined ? undefined : wholeNumber("seed", values.seed, 0, 2 ** 31),
    suite: values.suite,
    soak: values.soak === undefined ? undefined : wholeNumber("soak", values.soak, 1, 100_000),
    json: values.json,
    report: values.report ?? (values.suite === undefined ? "reports/report.html" : "reports/suite.html"),
    help: values.help ?? false,
  };
}

/** What each way of rehearsing has no use for: an option without effect would say nothing. */
const USELESS = {
  suite: ["scenario", "estate", "trace", "sweep", "soak"],
  soak: ["scenario", "estate", "trace", "sweep", "suite", "seeds", "automation", "gateway", "edge", "report"],
} as const satisfies Partial<Record<keyof typeof OPTIONS, readonly (keyof typeof OPTIONS)[]>>;

function refuseMixtures(values: ReturnType<typeof parse>): void {
  for (const way of ["suite", "soak"] as const) {
    const useless = USELESS[way].find((name) => values[name] !== undefined);
    if (values[way] !== undefined && useless !== undefined) throw new UsageError(`--${way} has no use for --${useless}`);
  }
}

function count(name: string, value = "1"): number {
  return wholeNumber(name, value, 1, 60);
}

function wholeNumber(name: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isInteger(number) || number < least || number > most)
    throw new UsageError(`--${name}: "${value}" is not a whole number from ${least} to ${most}`);
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
  seed: TEXT,
  suite: TEXT,
  soak: TEXT,
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

/** Automation on and off over every gateway policy; one choice narrows the grid. */
export function gridOf(options: Pick<Options, "edge" | "automation" | "gateway">, usual: Pick<Mode, "edge">): readonly Mode[] {
  const plain = { edge: options.edge ?? usual.edge, propagation: 1, breaker: 1 };
  const automations = options.automation === undefined ? (["on", "off"] as const) : [options.automation];
  const gateways = options.gateway === undefined ? GATEWAY_POLICIES : [options.gateway];
  return gateways.flatMap((gateway) => automations.map((automation) => ({ automation, gateway, ...plain })));
}

/** The grid, and without a choice what the result depends on. */
export function modesOf(options: Options, usual: Pick<Mode, "edge">): readonly Mode[] {
  const grid = gridOf(options, usual);
  if (options.automation !== undefined || options.gateway !== undefined || isRepeated(options)) return grid;
  const plain = { edge: options.edge ?? usual.edge, propagation: 1, breaker: 1 };
  // Propagation moves nothing that Azure does without us; the breaker does.
  const sensitivity = [0.5, 1.5].flatMap((factor) => [
    { ...plain, automation: "on" as const, gateway: "plain" as const, propagation: factor },
    ...(["on", "off"] as const).map((automation) => ({ ...plain, automation, gateway: "breaker-and-retry" as const, breaker: factor })),
  ]);
  return [...grid, ...sensitivity];
}
