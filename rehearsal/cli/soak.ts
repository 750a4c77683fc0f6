/** `npm start -- --soak N --seed S`: random drills, in which nothing may go wrong; what does is reproduced by its seed, and shrunk. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Automation } from "../drill/job.ts";
import type { Summary } from "../drill/result.ts";
import { parseDrill, type SoakDrill } from "../soak/files.ts";
import { generateDrill } from "../soak/generate.ts";
import { shrink } from "../soak/shrink.ts";
import { say } from "./command.ts";
import { findingsOf, hostErrors, resultOf, type Finding, type Pair } from "./findings.ts";
import type { Options } from "./options.ts";
import { checkOutputs } from "./outputs.ts";
import { attemptJob, overCores, type Attempt } from "./run-jobs.ts";
import { onStage, type Stage } from "./stage.ts";

const FOLDER = "reports";
/** Bound of what shrinking costs; a drill with automation takes seconds. */
const SHRINKING_DRILLS = 30;

export type SoakOptions = Pick<Options, "seed" | "json"> & { readonly soak: number };

export async function runSoak({ soak, seed: first = 1, json }: SoakOptions): Promise<void> {
  const begun = performance.now();
  await checkOutputs({ json, report: undefined });
  const seeds = Array.from({ length: soak }, (_, index) => first + index);
  say(`${soak} random drill${soak === 1 ? "" : "s"} from seed ${first} on, each with automation on and off\n`);
  const checked = await onStage(async (stage) => {
    const checked = await checkAll(stage, seeds);
    if (json !== undefined) await writeFile(json, `${JSON.stringify(checked, null, 2)}\n`);
    const found = checked.filter(({ findings }) => findings.length > 0);
    for (const one of firstOfEachKind(found)) await reduce(stage, one);
    return checked;
  });
  const bad = checked.filter(({ findings }) => findings.length > 0);
  const acted = checked.filter(({ on }) => (on?.runs.length ?? 0) > 0).length;
  say(
    `\n${soak} random drill${soak === 1 ? "" : "s"}, ${acted} with a run, in ${((performance.now() - begun) / 1000).toFixed(1)} s of wall time.`,
  );
  if (bad.length === 0) return say("No violated invariant, no false evacuation, no harm, no error of the host.");
  say(`Not as it must be in ${bad.length}:`);
  for (const { seed, findings } of bad) say(`  seed ${seed}: ${kinds(findings).join(", ")}    npm start -- --soak 1 --seed ${seed}`);
  process.exitCode = 1;
}

interface Checked {
  readonly seed: number;
  readonly on: Summary | null;
  readonly off: Summary | null;
  readonly findings: readonly Finding[];
}

async function checkAll(stage: Stage, seeds: readonly number[]): Promise<readonly Checked[]> {
  let finished = 0;
  return overCores(seeds, async (seed) => {
    const drill = generateDrill(seed);
    const pair = { on: await attempt(stage, drill, "on", `seed${seed}on`), off: await attempt(stage, drill, "off", `seed${seed}off`) };
    const [on, off] = [resultOf(pair.on)?.summary ?? null, resultOf(pair.off)?.summary ?? null];
    const findings = soakFindings(drill, pair);
    say(
      `[${(finished += 1)}/${seeds.length}] seed ${seed}: ${describe(drill)}: lost ${on?.lost ?? "–"} on, ${off?.lost ?? "–"} off, ${on?.runs.length ?? "–"} runs (${on?.wallSeconds ?? "–"} s)`,
    );
    for (const { kind, text } of findings) say(`    ${kind}: ${text}`);
    return { seed, on, off, findings };
  });
}

async function attempt(stage: Stage, drill: SoakDrill, automation: Automation, key: string): Promise<Attempt> {
  const parsed = parseDrill(drill);
  if (typeof parsed === "string") return { failure: parsed };
  const { scenario, estateText } = parsed;
  const mode = { automation, gateway: scenario.gateway, edge: scenario.edge, propagation: 1, breaker: 1 };
  return attemptJob(stage.job({ mode, scenario, estateText, trace: null, onsetShiftSeconds: 0, key }), stage.caFile);
}

/** What people do by hand is not automation's harm: with it off nobody does it. */
const BY_HAND: readonly string[] = ["operator", "portalEdit", "redeploy"];

function soakFindings(drill: SoakDrill, pair: Pair): readonly Finding[] {
  const isByHand = drill.scenario.faults.some(({ kind }) => BY_HAND.includes(kind));
  return [...findingsOf(pair), ...hostErrors(pair.on)].filter(({ kind }) => kind !== "harm" || !isByHand);
}

function describe({ estate, scenario }: SoakDrill): string {
  const shape = estate.gateways.length > 1 ? "hub-to-hub" : "hub-and-spoke";
  const faults = scenario.faults.map(({ kind }) => kind).join(" + ");
  return `${estate.regions.length} regions ${shape}, ${scenario.gateway ?? ""}, ${scenario.durationMinutes} min, ${faults}`;
}

function kinds(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ kind }) => kind))];
}

/** Shrinking costs minutes: once for every kind of finding. */
function firstOfEachKind(bad: readonly Checked[]): readonly { readonly seed: number; readonly kind: string }[] {
  const all = bad.flatMap(({ seed, findings }) => kinds(findings).map((kind) => ({ seed, kind })));
  return all.filter(({ kind }, index) => all.findIndex((other) => other.kind === kind) === index);
}

async function reduce(stage: Stage, { seed, kind }: { readonly seed: number; readonly kind: string }): Promise<void> {
  say(`\nShrinking seed ${seed} (${kind}) …`);
  let drilled = 0;
  const comparing = kind === "harm" || kind === "crash";
  const remains = async (drill: SoakDrill): Promise<boolean> => {
    const key = `shrink${seed}x${(drilled += 1)}`;
    const [on, off] = await Promise.all([
      attempt(stage, drill, "on", `${key}on`),
      comparing ? attempt(stage, drill, "off", `${key}off`) : null,
    ]);
    return soakFindings(drill, { on, off }).some((finding) => finding.kind === kind);
  };
  const { drill, tried } = await shrink(generateDrill(seed), remains, comparing ? SHRINKING_DRILLS / 2 : SHRINKING_DRILLS);
  const file = await writeFiles(drill, `soak-${seed}-${kind.toLowerCase()}`);
  say(`  ${describe(drill)} (${tried} tried)`);
  say(`  npm start -- --scenario ${file} --gateway ${drill.scenario.gateway ?? ""}`);
}

async function writeFiles({ estate, scenario }: SoakDrill, name: string): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name}.json`);
  await writeFile(join(FOLDER, `${name}.estate.json`), `${JSON.stringify(estate, null, 2)}\n`);
  await writeFile(file, `${JSON.stringify({ ...scenario, estate: `${name}.estate.json` }, null, 2)}\n`);
  return file;
}
