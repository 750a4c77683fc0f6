/** What a person reads after a discovery. */
import type { EstateFile } from "./decide/estate.ts";
import type { Finding } from "./decide/findings.ts";

export function summary(estate: EstateFile, file: string): string {
  const pools = estate.gateways.flatMap((gateway) => gateway.pools);
  const parts = [
    count(estate.regions.length, "region"),
    count(estate.deployments.length, "deployment"),
    count(estate.gateways.length, "gateway"),
    count(pools.length, "pool"),
    count(estate.edges?.length ?? 0, "Front Door"),
  ];
  return `${file}: ${parts.join(", ")}; mode recommend. Review it before use.`;
}

export function findingsText(findings: readonly Finding[]): string {
  const undecided = findings.filter(({ kind }) => kind === "undecided");
  const notes = findings.filter(({ kind }) => kind === "note");
  return [
    ...section(`Undecided, left out of the estate (${undecided.length})`, undecided),
    ...section(`Worth knowing (${notes.length})`, notes),
  ].join("\n");
}

function section(title: string, findings: readonly Finding[]): readonly string[] {
  return findings.length === 0 ? [] : [title, ...findings.map(({ code, where, text }) => `  ${where}\n    ${text} [${code}]`)];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
