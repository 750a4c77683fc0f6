/** Reads and checks everything a rehearsal needs before anything starts: problems name the file, the field and the line. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { formatIssues } from "../../src/config/issues.ts";
import { parseEstate, parseText } from "../../src/config/load.ts";
import type { Estate } from "../../src/domain/estate.ts";
import { Scenario } from "../drill/scenario.ts";
import { clientRegionNames } from "../drill/traffic-source.ts";
import { parseTrace, TraceError } from "../traffic/trace.ts";
import { createClientRegions } from "../traffic/clients.ts";
import { systemReason, UsageError, type Options } from "./options.ts";
import { fitIssues } from "./scenario-fit.ts";

export interface Inputs {
  readonly scenario: Scenario;
  readonly estate: Estate;
  readonly estateText: string;
  readonly trace: { readonly file: string; readonly text: string } | null;
}

export async function readInputs(options: Pick<Options, "scenario" | "estate" | "trace">): Promise<Inputs> {
  const scenario = await readScenario(options.scenario);
  // A path in the scenario is relative to it.
  const named = (field: string, path: string): NamedFile => ({
    file: resolve(dirname(options.scenario), path),
    namedBy: `${options.scenario}: ${field}: `,
  });
  const estateFile = options.estate === undefined ? named("estate", scenario.estate) : { file: options.estate, namedBy: "" };
  const estateText = await readText(estateFile);
  const parsed = parseEstate(estateText);
  if (!parsed.ok) throw new UsageError(formatIssues(parsed.issues, estateFile.file));
  checkFit(scenario, parsed.estate, options.scenario);
  const { trace } = scenario.traffic;
  const traceFile = options.trace === undefined ? trace && named("traffic.trace", trace) : { file: options.trace, namedBy: "" };
  return { scenario, estate: parsed.estate, estateText, trace: traceFile ? await readTrace(traceFile) : null };
}

interface NamedFile {
  readonly file: string;
  /** Where the user wrote its name; empty for the command line. */
  readonly namedBy: string;
}

async function readScenario(file: string): Promise<Scenario> {
  const parsed = parseText(Scenario, await readText({ file, namedBy: "" }));
  if (!parsed.ok) throw new UsageError(formatIssues(parsed.issues, file));
  return parsed.value;
}

/** A scenario must fit the estate it is rehearsed on, and its faults must fit into it. */
function checkFit(scenario: Scenario, estate: Estate, file: string): void {
  const issues = fitIssues(scenario, estate);
  if (issues.length > 0) throw new UsageError(formatIssues(issues, file));
  try {
    createClientRegions(clientRegionNames(estate), scenario.traffic.clients, 0);
  } catch (error) {
    throw new UsageError(`${file}: traffic.${error instanceof Error ? error.message : ""}`);
  }
}

async function readTrace(named: NamedFile): Promise<{ file: string; text: string }> {
  const text = await readText(named);
  const { file } = named;
  try {
    parseTrace(text, file);
  } catch (error) {
    if (error instanceof TraceError) throw new UsageError(error.message);
    throw error;
  }
  return { file: file.slice(file.lastIndexOf("/") + 1), text };
}

async function readText({ file, namedBy }: NamedFile): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${namedBy}${file} cannot be read: ${systemReason(error)}`);
  });
}
