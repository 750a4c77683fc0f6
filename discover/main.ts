/** `npm run discover`: reads, decides, writes. Its surroundings are arguments, so that tests run it whole. */
import { dirname, relative, resolve } from "node:path";
import type { TokenCredential } from "@azure/identity";
import { formatIssues } from "../src/config/issues.ts";
import { parseEstate } from "../src/config/load.ts";
import type { CloudEndpoints } from "../src/domain/estate.ts";
import { cloudOf, signInProblem, type Cloud } from "./cloud.ts";
import { decide, type Discovery } from "./decide/decide.ts";
import type { EstateFile } from "./decide/estate.ts";
import { checkTarget, writeText } from "./files.ts";
import { parseOptions, USAGE, UsageError, type Options } from "./options.ts";
import { readInventory } from "./read/inventory.ts";
import { createReader } from "./read/reader.ts";
import { findingsText, summary } from "./report.ts";

export const EXIT = { done: 0, nothing: 1, usage: 2 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export interface Surroundings {
  readonly credentialFor: (endpoints: CloudEndpoints) => TokenCredential;
  readonly wait: (seconds: number) => Promise<void>;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** The published schema of estates, for editors. */
  readonly schemaFile: string;
}

export async function discover(args: readonly string[], around: Surroundings): Promise<Exit> {
  try {
    const options = parseOptions(args);
    if (options === "help") return (around.print(USAGE), EXIT.done);
    checkTarget(options.out, { option: "--out", force: options.force });
    if (options.report !== undefined) checkTarget(options.report, { option: "--report", force: options.force });
    const cloud = await cloudOf(options.cloud);
    const source = around.credentialFor(cloud.endpoints);
    const problem = await signInProblem(source, cloud.endpoints);
    if (problem !== undefined) return (around.complain(problem), EXIT.nothing);
    return await deliver(await look(options, cloud, source, around), options, around);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    around.complain(error.message);
    return EXIT.usage;
  }
}

async function look(options: Options, cloud: Cloud, credential: TokenCredential, { wait, complain }: Surroundings): Promise<Discovery> {
  const reader = createReader({ cloud: cloud.endpoints, credential, wait, tell: complain });
  const scopes = options.subscriptions.map((subscription) => ({ subscription, resourceGroups: options.resourceGroups }));
  const { inEstate } = cloud;
  return decide(await readInventory(reader, scopes), { name: options.name, ...(inEstate === undefined ? {} : { cloud: inEstate }) });
}

async function deliver({ estate, findings }: Discovery, options: Options, around: Surroundings): Promise<Exit> {
  const { out, report, force } = options;
  const text = findingsText(findings);
  if (report !== undefined) await writeText(report, `${text}\n`, { option: "--report", force });
  else if (text !== "") around.complain(text);
  if (estate === undefined) {
    around.complain("Nothing usable was found: no pool of a gateway leads to a model deployment. No estate was written.");
    return EXIT.nothing;
  }
  const problems = problemsOf(estate);
  if (problems !== undefined) {
    around.complain(`What was found makes no valid estate, so none was written:\n${problems}`);
    return EXIT.nothing;
  }
  const $schema = relative(dirname(resolve(out)), around.schemaFile).replaceAll("\\", "/");
  await writeText(out, `${JSON.stringify({ $schema, ...estate }, null, 2)}\n`, { option: "--out", force });
  around.print(summary(estate, out));
  return EXIT.done;
}

/** The app's own judgement; such as two regions at least. */
function problemsOf(estate: EstateFile): string | undefined {
  const parsed = parseEstate(JSON.stringify(estate));
  return parsed.ok ? undefined : formatIssues(parsed.issues, "estate");
}
