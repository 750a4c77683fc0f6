/** Random faults of every kind that the scenario format knows, each one where it has an effect. */
import type { Chance } from "./chance.ts";
import type { EstateFile, FaultFile } from "./files.ts";

type Kind = FaultFile["kind"];

/** What clients feel comes as often as all the rest together: without it nothing is to be decided. */
const FELT = ["foundryDown", "foundryDown", "foundrySlow", "quotaCut", "gatewayDown", "clientsFail"] as const satisfies readonly Kind[];
const OTHER = [
  "resourceManagerDown",
  "resourceManagerThrottled",
  "etagConflict",
  "frontDoorFrozen",
  "metricsDelayed",
  "metricsMissing",
  "proberCutOff",
  "probesRefused",
  "clockSkew",
  "alerts",
  "portalEdit",
  "redeploy",
  "operator",
  "identityDown",
  "hostKilled",
] as const satisfies readonly Kind[];

/** Before that the app knows no demand, and refuses to move what it cannot weigh. */
const USUALLY_FROM_SECONDS = 330;
const EARLIEST_SECONDS = 60;

export function generateFaults(chance: Chance, estate: EstateFile, endSeconds: number): FaultFile[] {
  const faults = Array.from({ length: chance.whole("count", 1, 4) }, (_, index) =>
    generateFault(chance.of(`${index}`), estate, endSeconds),
  );
  return faults.flatMap((fault) => [fault, ...takenBack(fault, endSeconds)]);
}

/** What a person does is a person's to take back: a drill in which nobody does never comes to rest. */
function takenBack(fault: FaultFile, endSeconds: number): readonly FaultFile[] {
  if (fault.kind !== "operator") return [];
  const action = fault.action === "evacuate" ? "restore" : fault.action === "killSwitchOn" ? "killSwitchOff" : null;
  return action === null ? [] : [{ ...fault, action, at: Math.min(endSeconds - 1, fault.at + 45) }];
}

function generateFault(chance: Chance, estate: EstateFile, endSeconds: number): FaultFile {
  const kind = chance.is("felt", 0.6) ? chance.one("kind", FELT) : chance.one("kind", OTHER);
  const from = chance.is("early", 0.15) ? EARLIEST_SECONDS : USUALLY_FROM_SECONDS;
  const at = chance.whole("at", from, endSeconds - 60);
  const length = chance.whole("for", 15, chance.one("longest", [60, 180, 300]));
  const again = chance.is("again", 0.1);
  const every = length + chance.whole("every", 20, 120);
  const times = Math.min(3, 1 + Math.floor((endSeconds - 1 - at) / every));
  const repeat = again && times > 1 ? { repeat: { every, times } } : {};
  return faultOf(kind, chance, estate, { at, ...(kind === "operator" ? {} : repeat) }, { at, for: length, ...repeat });
}

type Once = Pick<Extract<FaultFile, { kind: "redeploy" }>, "at" | "repeat">;
type Lasting = Pick<Extract<FaultFile, { kind: "identityDown" }>, "at" | "for" | "repeat">;

function faultOf(kind: Kind, chance: Chance, estate: EstateFile, once: Once, lasting: Lasting): FaultFile {
  const region = chance.one("region", nonEmpty(estate.regions.map(({ name }) => name)));
  switch (kind) {
    case "foundryDown":
    case "foundrySlow":
    case "quotaCut":
      return foundryFault(kind, chance, estate, { ...lasting, region });
    case "gatewayDown":
      return { kind, ...lasting, region: chance.one("gateway", nonEmpty(estate.gateways.map((g) => g.region))), answer: answer(chance) };
    case "clientsFail": {
      const homes = estate.gateways.length > 1 ? estate.gateways.map((g) => g.region) : estate.regions.map(({ name }) => name);
      return { kind, ...lasting, region: chance.one("home", nonEmpty(homes)), answer: answer(chance), share: share(chance) };
    }
    case "frontDoorFrozen":
      return (estate.edges ?? []).length === 0 ? { kind: "metricsMissing", ...lasting } : { kind, ...lasting };
    case "alerts":
    case "portalEdit":
    case "redeploy":
    case "operator":
      return onceOf(kind, chance, region, once);
    default:
      return platformFault(kind, chance, estate, lasting, region);
  }
}

type FoundryKind = "foundryDown" | "foundrySlow" | "quotaCut";

function foundryFault(kind: FoundryKind, chance: Chance, { deployments }: EstateFile, common: Lasting & { region: string }): FaultFile {
  const models = [...new Set(deployments.filter((d) => d.region === common.region).map((d) => d.model.name))];
  const where = {
    ...common,
    ...(chance.is("one model", 0.3) && models.length > 0 ? { model: chance.one("model", nonEmpty(models)) } : {}),
  };
  if (kind === "foundryDown") return { kind, ...where, answer: answer(chance), share: share(chance) };
  if (kind === "quotaCut") return { kind, ...where, factor: chance.one("factor", [0, 0.1, 0.3, 0.5, 0.8]) };
  return { kind, ...where, addMilliseconds: chance.one("added", [500, 2000, 4500, 8000, 20_000]), share: share(chance) };
}

type OnceKind = "alerts" | "portalEdit" | "redeploy" | "operator";

function onceOf(kind: OnceKind, chance: Chance, region: string, once: Once): FaultFile {
  if (kind === "redeploy") return { kind, ...once };
  if (kind === "portalEdit") return { kind, ...once, region, weight: chance.whole("weight", 1, 100) };
  if (kind === "operator") {
    const action = chance.one("action", ["evacuate", "restore", "approve", "decline", "killSwitchOn", "killSwitchOff"]);
    return action.startsWith("killSwitch") ? { kind, ...once, action } : { kind, ...once, action, region };
  }
  return {
    kind,
    ...once,
    region,
    alert: chance.one("alert", ["metric", "log", "activity", "serviceHealth", "resourceHealth", "malformed"]),
    condition: chance.one("condition", ["fired", "fired", "resolved"]),
    copies: chance.one("copies", [1, 1, 3, 50]),
    lateSeconds: chance.one("late", [0, 120, 1800]),
  };
}

type PlatformKind = Exclude<(typeof OTHER)[number], OnceKind | "frontDoorFrozen">;

function platformFault(kind: PlatformKind, chance: Chance, { gateways }: EstateFile, lasting: Lasting, region: string): FaultFile {
  switch (kind) {
    case "resourceManagerDown":
      return { kind, ...lasting, region, status: chance.one("status", [500, 503, 504]) };
    case "resourceManagerThrottled":
      return { kind, ...lasting, region, retryAfterSeconds: chance.one("retry after", [1, 5, 30]) };
    case "etagConflict":
      return {
        kind,
        ...lasting,
        region: chance.one("gateway", nonEmpty(gateways.map((g) => g.region))),
        times: chance.whole("times", 1, 3),
      };
    case "metricsDelayed":
      return { kind, ...lasting, delaySeconds: chance.one("delay", [120, 900]) };
    case "proberCutOff":
      return { kind, ...lasting, region };
    case "probesRefused":
      return { kind, ...lasting, ...(chance.is("everywhere", 0.5) ? {} : { region }), status: chance.one("status", [401, 403, 429]) };
    case "clockSkew":
      return { kind, ...lasting, aheadSeconds: chance.one("ahead", [-120, -30, 30, 120]) };
    case "hostKilled":
      return { kind, ...lasting, for: Math.min(lasting.for, 60) };
    case "metricsMissing":
    case "identityDown":
      return { kind, ...lasting };
  }
}

function answer(chance: Chance): number | "timeout" | "reset" | "dns" | "tls" | "empty" {
  return chance.one("answer", [503, 503, 500, 429, 404, "timeout", "timeout", "reset", "dns", "tls", "empty"]);
}

function share(chance: Chance): number {
  return chance.one("share", [1, 1, 1, 0.5, 0.2, 0.05]);
}

/** An estate has at least one region, one gateway and one model in each region. */
function nonEmpty(names: readonly string[]): readonly [string, ...string[]] {
  const [first, ...rest] = names;
  if (first === undefined) throw new Error("nothing to choose from");
  return [first, ...rest];
}
