/** What a drill process is asked to do, as plain JSON. */
import type { EdgeProbe, GatewayPolicy } from "../world.ts";
import type { Scenario } from "./scenario.ts";

export const AUTOMATIONS = ["on", "recommend", "off"] as const;
/** `on`: the app in mode auto; `recommend`: the app says what it would do; `off`: what Azure does without us. */
export type Automation = (typeof AUTOMATIONS)[number];

export type RehearsedMode = "auto" | "approve" | "recommend";

/** The estate's mode while it is rehearsed, whatever its file says. */
export function appMode(automation: Automation, on: Scenario["mode"] = "auto"): RehearsedMode {
  return automation === "on" ? on : "recommend";
}

export interface Mode {
  readonly automation: Automation;
  readonly gateway: GatewayPolicy;
  readonly edge: EdgeProbe;
  /** Factors on the constants of propagation and of the breaker; 1 = as they stand. */
  readonly propagation: number;
  readonly breaker: number;
}

export interface Job {
  readonly mode: Mode;
  readonly scenario: Scenario;
  /** Text of the estate file as the user wrote it. */
  readonly estateText: string;
  /** Text and name of the trace; null = synthetic traffic. */
  readonly trace: { readonly file: string; readonly text: string } | null;
  /** Seconds by which every fault is shifted. */
  readonly onsetShiftSeconds: number;
  readonly certificateFolder: string;
  readonly storageConnection: string;
  /** 3–63 letters and digits, a letter first: a table and a folder of its own for every drill. */
  readonly key: string;
  readonly workFolder: string;
}

/** `on, breaker-and-retry` and what differs from the usual. */
export function modeName(mode: Mode): string {
  const scale = (name: string, factor: number): string[] =>
    factor === 1 ? [] : [`${name} ${factor < 1 ? "−" : "+"}${Math.round(Math.abs(factor - 1) * 100)} %`];
  const extras = [...(mode.edge === "deep" ? ["deep"] : []), ...scale("propagation", mode.propagation), ...scale("breaker", mode.breaker)];
  return [mode.automation, mode.gateway, ...extras].join(", ");
}
