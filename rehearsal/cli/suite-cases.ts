/** What a suite drills: its scenarios, each over the gateway policies, seeds and automations. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Mode } from "../drill/job.ts";
import type { Scenario } from "../drill/scenario.ts";
import { readInputs, type Inputs } from "./inputs.ts";
import { systemReason, UsageError } from "./options.ts";
import { withSeed, type JobContent } from "./stage.ts";

export interface SuiteEntry {
  readonly file: string;
  readonly inputs: Inputs;
}

/** One row of the table. */
export interface SuiteCase {
  readonly entry: SuiteEntry;
  readonly mode: Pick<Mode, "gateway" | "edge">;
  readonly automations: readonly Mode["automation"][];
}

export interface SuiteDrill {
  readonly case: SuiteCase;
  readonly isFirstSeed: boolean;
  readonly job: Omit<JobContent, "key">;
}

/** Every problem of every file at once. */
export async function readSuite(folder: string, seed: number | undefined): Promise<readonly SuiteEntry[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--suite: ${folder} cannot be read: ${systemReason(error)}`);
  });
  const files = names.filter((name) => name.endsWith(".json") && !name.endsWith(".estate.json")).sort();
  if (files.length === 0) throw new UsageError(`--suite: ${folder} has no scenario (*.json)`);
  const problems: string[] = [];
  const entries: SuiteEntry[] = [];
  for (const file of files.map((name) => join(folder, name))) {
    try {
      entries.push({ file, inputs: withSeed(await readInputs({ scenario: file, estate: undefined, trace: undefined }), seed) });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return entries;
}

export function casesOf(entries: readonly SuiteEntry[], modesOf: (scenario: Scenario) => readonly Mode[]): readonly SuiteCase[] {
  return entries.flatMap((entry) => {
    const modes = modesOf(entry.inputs.scenario);
    return [...new Set(modes.map(({ gateway }) => gateway))].map((gateway) => {
      const own = modes.filter((mode) => mode.gateway === gateway);
      const edge = own[0]?.edge ?? entry.inputs.scenario.edge;
      return { entry, mode: { gateway, edge }, automations: own.map(({ automation }) => automation) };
    });
  });
}

export function drillsOf(item: SuiteCase, seeds: number): readonly SuiteDrill[] {
  const { inputs } = item.entry;
  return Array.from({ length: seeds }, (_, shift) =>
    item.automations.map((automation) => ({
      case: item,
      isFirstSeed: shift === 0,
      job: {
        mode: { automation, ...item.mode, propagation: 1, breaker: 1 },
        scenario: { ...inputs.scenario, seed: inputs.scenario.seed + shift },
        estateText: inputs.estateText,
        trace: inputs.trace,
        onsetShiftSeconds: 0,
      },
    })),
  ).flat();
}
