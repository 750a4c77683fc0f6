/** Reads and checks everything a rehearsal needs before anything starts: problems name the file, the field and the line. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { formatIssues } from "../../src/config/issues.ts";
import { parseEstate, parseText } from "../../src/config/load.ts";
import type { Estate } from "../../src/domain/estate.ts";
import { Scenario } from "../drill/scenario.ts";
import { parseTrace, TraceError } from "../traffic/trace.ts";
import { createClientRegions } from "../traffic/clients.ts";
import { UsageError, type Options } from "./options.ts";

export interface Inputs {
  readonly scenario: Scenario;
  readonly estate: Estate;
  readonly estateText: string;
  readonly trace: { readonly file: string; readonly text: string } | null;
}

export async function readInputs(options: Pick<Options, "scenario" | "estate" | "trace">): Promise<Inputs> {
  const scenario = await readScenario(options.scenario);
  const beside = (path: string): string => resolve(dirname(options.scenario), path);
  const estateFile = options.estate ?? beside(scenario.estate);
  const estateText = await readText(estateFile);
  const parsed = parseEstate(estateText);
  if (!parsed.ok) throw new UsageError(formatIssues(parsed.issues, estateFile));
  checkRegions(scenario, parsed.estate, options.scenario);
  const traceFile = options.trace ?? (scenario.traffic.trace === undefined ? undefined : beside(scenario.traffic.trace));
  return { scenario, estate: parsed.estate, estateText, trace: traceFile === undefined ? null : await readTrace(traceFile) };
}

async function readScenario(file: string): Promise<Scenario> {
  const parsed = parseText(Scenario, await readText(file));
  if (!parsed.ok) throw new UsageError(formatIssues(parsed.issues, file));
  return parsed.value;
}

/** A scenario must fit the estate it is rehearsed on. */
function checkRegions(scenario: Scenario, estate: Estate, file: string): void {
  const known = estate.regions.map((region) => region.name);
  const issues = scenario.faults.flatMap((fault, index) =>
    "region" in fault && !known.includes(fault.region)
      ? [
          {
            path: `faults[${index}].region`,
            message: `estate "${estate.name}" has only ${known.join(", ")}`,
            found: JSON.stringify(fault.region),
          },
        ]
      : [],
  );
  if (issues.length > 0) throw new UsageError(formatIssues(issues, file));
  if (scenario.traffic.clients === undefined) return;
  try {
    createClientRegions(known, scenario.traffic.clients, 0);
  } catch (error) {
    throw new UsageError(`${file}: traffic.${error instanceof Error ? error.message : ""}`);
  }
}

async function readTrace(file: string): Promise<{ file: string; text: string }> {
  const text = await readText(file);
  try {
    parseTrace(text, file);
  } catch (error) {
    if (error instanceof TraceError) throw new UsageError(error.message);
    throw error;
  }
  return { file: file.slice(file.lastIndexOf("/") + 1), text };
}

async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.code ?? error.message}`);
  });
}
