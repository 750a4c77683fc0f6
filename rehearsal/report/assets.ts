/** The report's styles and scripts, to be inlined: the file must work without a network. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export interface Assets {
  readonly css: string;
  /** uPlot as a global of that name, with its licence, which asks to go along. */
  readonly uPlot: string;
  readonly client: string;
}

export function readAssets(): Assets {
  const { resolve } = createRequire(import.meta.url);
  const ofPackage = (path: string): string => readFileSync(resolve(path), "utf8");
  const own = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
  return {
    css: `${ofPackage("uplot/dist/uPlot.min.css")}\n${own("style.css")}`,
    uPlot: `/*\n${ofPackage("uplot/LICENSE")}*/\n${ofPackage("uplot/dist/uPlot.iife.min.js")}`,
    client: own("client.js"),
  };
}
