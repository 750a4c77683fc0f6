/** Numbers as people read them. A no-break space keeps a number and its unit on one line. */
import type { GatewayPolicy } from "../world.ts";
import type { FaultMeasures } from "../drill/measures.ts";
import type { Mode } from "../drill/job.ts";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

export const NONE = "–";

export function count(value: number): string {
  return whole.format(value);
}

/** Seconds without their unit, for a table whose head names it. */
export function seconds(value: number | null): string {
  return value === null ? NONE : tenths.format(value);
}

export function withUnit(value: number): string {
  return `${tenths.format(value)}\u00a0s`;
}

/** Two digits that tell something, however small the share. */
export function percent(share: number): string {
  const value = share * 100;
  if (value !== 0 && Math.abs(value) < 0.01) return `${value < 0 ? "−" : ""}<\u00a00.01\u00a0%`;
  const digits = Math.abs(value) >= 1 || value === 0 ? 1 : 2;
  return `${value.toFixed(digits).replace("-", "−").replace(/\.0+$/, "")}\u00a0%`;
}

/** Seconds since the drill's start as `m:ss`, with tenths where there are any. */
export function clock(value: number): string {
  const tenthsTotal = Math.round(value * 10);
  const minutes = Math.floor(tenthsTotal / 600);
  const rest = (tenthsTotal % 600) / 10;
  return `${minutes}:${rest < 10 ? "0" : ""}${rest}`;
}

/** A signed whole number with a real minus sign. */
export function signed(value: number): string {
  return value < 0 ? `−${count(-value)}` : `+${count(value)}`;
}

const GATEWAY_WORDS = {
  plain: "plain gateways",
  breaker: "a circuit breaker in the gateways",
  "breaker-and-retry": "circuit breaker and retries in the gateways",
} as const satisfies Record<GatewayPolicy, string>;

const GATEWAY_TITLES = {
  plain: "Plain gateways",
  breaker: "Gateways with circuit breaker",
  "breaker-and-retry": "Gateways with circuit breaker and retries",
} as const satisfies Record<GatewayPolicy, string>;

/** After "with". */
export function policyWords({ gateway, edge }: Pick<Mode, "gateway" | "edge">): string {
  return `${GATEWAY_WORDS[gateway]}${edge === "deep" ? " and deep probes at the edge" : ""}`;
}

export function policyTitle({ gateway, edge }: Pick<Mode, "gateway" | "edge">): string {
  return `${GATEWAY_TITLES[gateway]}${edge === "deep" ? ", deep edge probe" : ""}`;
}

const FAULT_WORDS = {
  foundryDown: "Foundry down",
  foundrySlow: "Foundry slow",
  quotaCut: "quota cut",
  gatewayDown: "gateway down",
  resourceManagerDown: "Resource Manager down",
  resourceManagerThrottled: "Resource Manager throttled",
  etagConflict: "ETag conflict",
  frontDoorFrozen: "Front Door frozen",
  metricsDelayed: "metrics delayed",
  metricsMissing: "metrics missing",
  proberCutOff: "prober cut off",
  probesRefused: "probes refused",
  clientsFail: "clients' requests fail",
  clockSkew: "clock skew",
  alerts: "alerts",
  portalEdit: "edit in the portal",
  redeploy: "redeployment",
  operator: "operator",
  identityDown: "identity down",
  hostKilled: "host killed",
} as const satisfies Record<FaultMeasures["kind"], string>;

export function faultWords({ kind, region }: Pick<FaultMeasures, "kind" | "region">): string {
  return region === null ? FAULT_WORDS[kind] : `${FAULT_WORDS[kind]}, ${region}`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
