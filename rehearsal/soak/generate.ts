/** A random drill from a seed: the same seed, the same drill. */
import { EDGE_PROBES, GATEWAY_POLICIES } from "../world.ts";
import { CONSTANTS } from "../constants.ts";
import { createChance, type Chance } from "./chance.ts";
import type { EstateFile, ScenarioFile, SoakDrill } from "./files.ts";
import { generateEstate } from "./generate-estate.ts";
import { generateFaults } from "./generate-faults.ts";

/** `max_tokens`, and with it what the limiter counts for a request of the synthetic traffic: its mean context and this. */
const MAX_TOKENS = 600;
const TOKENS_PER_REQUEST = 1155 + MAX_TOKENS;

export function generateDrill(seed: number): SoakDrill {
  const chance = createChance(seed);
  const estate = generateEstate(chance.of("estate"), `soak-${seed}`);
  return { estate, scenario: generateScenario(chance.of("scenario"), seed, estate) };
}

function generateScenario(chance: Chance, seed: number, estate: EstateFile): ScenarioFile {
  const durationMinutes = chance.whole("minutes", 8, 14);
  return {
    name: `soak-${seed}`,
    title: `Random drill ${seed}`,
    durationMinutes,
    seed,
    estate: `soak-${seed}.estate.json`,
    traffic: {
      requestsPerSecond: requestsPerSecond(chance, estate),
      maxTokens: MAX_TOKENS,
      ...(chance.is("uneven clients", 0.3) ? { clients: unevenClients(chance, estate) } : {}),
    },
    gateway: chance.one("gateway", GATEWAY_POLICIES),
    edge: chance.one("edge", EDGE_PROBES),
    breakerEvents: chance.is("breaker events", 0.3),
    mode: chance.is("approve", 0.1) ? "approve" : "auto",
    faults: generateFaults(chance.of("faults"), estate, durationMinutes * 60),
  };
}

/** From a light load to one that leaves the survivors of an evacuation short; few enough that a drill takes seconds. */
function requestsPerSecond(chance: Chance, { deployments }: EstateFile): number {
  const assumed = CONSTANTS.assumedTokensPerMinute.value;
  const limit = deployments.reduce((sum, { tokensPerMinute }) => sum + (tokensPerMinute ?? assumed), 0);
  const rate = (chance.number("load", 0.1, 0.75) * limit) / 60 / TOKENS_PER_REQUEST;
  return Math.round(Math.min(8, Math.max(0.5, rate)) * 100) / 100;
}

/** Clients live near the gateways, or near every region of an estate with one gateway. */
function unevenClients(chance: Chance, { gateways, regions }: EstateFile): Record<string, number> {
  const homes = gateways.length > 1 ? gateways.map(({ region }) => region) : regions.map(({ name }) => name);
  return Object.fromEntries(homes.map((region) => [region, Math.round(chance.number(`clients ${region}`, 0.05, 1) * 100) / 100]));
}
