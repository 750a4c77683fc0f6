/** `npm run parity`: do all gateways of an estate run what is shipped? Its surroundings are arguments, so that tests run it whole. */
import { parseArgs } from "node:util";
import { formatIssues } from "../../src/config/issues.ts";
import { loadEstateFile } from "../../src/config/load.ts";
import { groupBy } from "../../src/domain/group.ts";
import { signInProblem } from "../cloud.ts";
import { EXIT, type Exit, type Surroundings } from "../main.ts";
import { asUsage, UsageError } from "../options.ts";
import { createReader } from "../read/reader.ts";
import { compare } from "./compare.ts";
import type { Difference } from "./difference.ts";
import { readRunning, type Running } from "./gateway.ts";
import { readShipped, type Shipped } from "./shipped.ts";

const USAGE = `npm run parity -- --estate FILE    compares what the estate's gateways run with the files of infra/, and with each other:
                                   policies, fragments, named values, circuit breakers
  --estate FILE                    the estate
  --infra DIR                      folder with policies/**/*.xml and gateway/breaker.json (infra/ of this repository)
Exit code: 0 all the same; 1 a gateway differs or could not be read; 2 the command line is at fault.`;

export interface ParitySurroundings extends Omit<Surroundings, "schemaFile"> {
  readonly infra: string;
}

export async function parity(args: readonly string[], around: ParitySurroundings): Promise<Exit> {
  try {
    const { estate: file, infra = around.infra, help } = optionsOf(args);
    if (help) return (around.print(USAGE), EXIT.done);
    if (file === undefined) throw new UsageError("--estate: a file is needed");
    return await check(file, readShipped(infra), around);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    around.complain(error.message);
    return EXIT.usage;
  }
}

function optionsOf(args: readonly string[]): { estate?: string; infra?: string; help?: boolean } {
  const options = { estate: { type: "string" }, infra: { type: "string" }, help: { type: "boolean" } } as const;
  return asUsage(() => parseArgs({ args: [...args], options, strict: true, allowPositionals: false })).values;
}

async function check(file: string, shipped: Shipped, around: ParitySurroundings): Promise<Exit> {
  const loaded = await loadEstateFile(file);
  if (!loaded.ok) throw new UsageError(formatIssues(loaded.issues, file));
  const { cloud, gateways } = loaded.estate;
  const credential = around.credentialFor(cloud);
  const problem = await signInProblem(credential, cloud);
  if (problem !== undefined) return (around.complain(problem), EXIT.nothing);
  const readable: Running[] = [];
  const unread: Difference[] = [];
  for (const gateway of gateways) {
    const reader = createReader({ cloud, credential, wait: around.wait, tell: around.complain });
    const running = await readRunning(reader, gateway, shipped.files);
    if (reader.unread.length === 0) readable.push(running);
    // Half of a gateway would look like a gateway without the other half.
    unread.push(
      ...reader.unread.map(({ where, reason }) => ({ gateway: gateway.id, item: where, text: `could not be read: ${reason}`, lines: [] })),
    );
  }
  const differences = compare(shipped, readable);
  const isClean = unread.length + differences.length === 0;
  around.print(
    isClean
      ? `${gateways.length} ${gateways.length === 1 ? "gateway runs" : "gateways run"} what is shipped.`
      : [...linesOf(unread, "was not compared"), ...linesOf(differences, "differs")].join("\n"),
  );
  return isClean ? EXIT.done : EXIT.nothing;
}

function linesOf(differences: readonly Difference[], what: string): readonly string[] {
  return [...groupBy(differences, ({ gateway }) => gateway)].flatMap(([gateway, own]) => [
    `${gateway} ${what} (${own.length})`,
    ...own.flatMap(({ item, text, lines }) => [`  ${item} ${text}`, ...lines.map((line) => `    ${line}`)]),
  ]);
}
