/** A drill as the two files that a person would write. */
import type { z } from "zod";
import { formatIssues } from "../../src/config/issues.ts";
import { parseEstate, parseText } from "../../src/config/load.ts";
import type { EstateSchema } from "../../src/config/schema.ts";
import type { Estate } from "../../src/domain/estate.ts";
import { Scenario } from "../drill/scenario.ts";

export type EstateFile = z.input<typeof EstateSchema>;
export type ScenarioFile = z.input<typeof Scenario>;
export type FaultFile = ScenarioFile["faults"][number];

export interface SoakDrill {
  readonly estate: EstateFile;
  readonly scenario: ScenarioFile;
}

export interface ParsedDrill {
  readonly estate: Estate;
  readonly estateText: string;
  readonly scenario: Scenario;
}

/** By the real parsers; a text when they refuse it. */
export function parseDrill({ estate, scenario }: SoakDrill): ParsedDrill | string {
  const estateText = JSON.stringify(estate, null, 2);
  const loaded = parseEstate(estateText);
  if (!loaded.ok) return formatIssues(loaded.issues, "estate");
  const parsed = parseText(Scenario, JSON.stringify(scenario));
  if (!parsed.ok) return formatIssues(parsed.issues, "scenario");
  return { estate: loaded.estate, estateText, scenario: parsed.value };
}
