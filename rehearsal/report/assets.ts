/** The report's styles and scripts, to be inlined: the file must work without a network. */
import { readFileSync } from "node:fs";

export interface Assets {
  readonly css: string;
  /** uPlot as a global of that name, with its licence, which asks to go along. */
  readonly uPlot: string;
  readonly client: string;
}

export function readAssets(): Assets {
  const licence = read(import.meta.resolve("uplot/LICENSE"));
  const styles = ["theme.css", "page.css", "tables.css", "plots.css"].map(own);
  return {
    css: [read(import.meta.resolve("uplot/dist/uPlot.min.css")), ...styles].join("\n"),
    uPlot: `/*\n${licence}*/\n${read(import.meta.resolve("uplot/dist/uPlot.iife.min.js"))}`,
    client: own("client.js"),
  };
}

function own(name: string): string {
  return read(new URL(name, import.meta.url).href);
}

function read(url: string): string {
  return readFileSync(new URL(url), "utf8");
}
