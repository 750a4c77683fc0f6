import { z } from "zod";
import { loadedEstate } from "../support/estate.ts";
import {
  changed,
  finallyOfType,
  lastName,
  ofType,
  onlyIn,
  parentOf,
  without,
  type Platform,
  type Resource,
  type Rule,
} from "../support/platform.ts";

const SERVICE = "Microsoft.ApiManagement/service";
const Account = z.object({ customSubDomainName: z.string() });
const Range = z.object({ min: z.int(), max: z.int() });
const Single = z.object({
  type: z.literal("Single"),
  url: z.string(),
  circuitBreaker: z.object({ rules: z.tuple([z.object({ failureCondition: z.object({ statusCodeRanges: z.array(Range) }) })]) }),
});
const Member = z.object({ id: z.string(), weight: z.int().min(1).max(100), priority: z.int() });
const Pool = z.object({ type: z.literal("Pool"), pool: z.object({ services: z.array(Member).min(1).max(30) }) });

interface Deployed {
  readonly name: string;
  readonly region: string;
  readonly url: string;
}

function deployments(platform: Platform): readonly Deployed[] {
  const accounts = new Map(ofType(platform, "Microsoft.CognitiveServices/accounts").map((account) => [account.id, account]));
  return ofType(platform, "Microsoft.CognitiveServices/accounts/deployments").map(({ id }) => {
    const account = accounts.get(parentOf(id));
    if (account === undefined) throw new Error(`${id} has no account`);
    const host = `${Account.parse(account.properties).customSubDomainName}.openai.azure.com`;
    return { name: lastName(id), region: String(account["location"]), url: `https://${host}/openai` };
  });
}

/** Regions whose deployments a gateway of a region may use: those of its data boundary, and any when it has none. */
function mayServe(platform: Platform): (gatewayRegion: string, region: string) => boolean {
  const accounts = new Set(deployments(platform).map(({ region }) => region));
  const boundaries = new Map(loadedEstate(platform).regions.map(({ name, dataBoundary }) => [name, dataBoundary]));
  return (at, region) => !accounts.has(at) || (boundaries.get(at) ?? null) === null || boundaries.get(at) === boundaries.get(region);
}

function backendsOf(platform: Platform, gateway: Resource): readonly Resource[] {
  return ofType(platform, `${SERVICE}/backends`).filter(({ id }) => parentOf(id) === gateway.id);
}

const pools: Rule = {
  title: "every gateway has a pool for every model, with every region that may serve it",
  violations(platform) {
    const serves = mayServe(platform);
    return finallyOfType(platform, SERVICE).flatMap((gateway) => {
      const backends = backendsOf(platform, gateway);
      const urls = new Map(
        backends.flatMap(({ id, properties }) => (Single.safeParse(properties).success ? [[id, Single.parse(properties).url]] : [])),
      );
      const found = backends.flatMap(({ id, properties }) => {
        const members = Pool.safeParse(properties).data?.pool.services ?? [];
        return members.map((member) => `${lastName(id)} → ${urls.get(member.id) ?? `${member.id}, which is no backend of it`}`);
      });
      const wanted = deployments(platform)
        .filter(({ region }) => serves(String(gateway["location"]), region))
        .map(({ name, url }) => `${name} → ${url}`);
      return [
        ...onlyIn(wanted, found).map((each) => `${gateway.name}: ${each} is missing`),
        ...onlyIn(found, wanted).map((each) => `${gateway.name}: ${each} is too much`),
      ];
    });
  },
  broken: {
    "a pool is missing": without(`${SERVICE}/backends`, ({ properties }) => properties["type"] === "Pool"),
    "a single backend is missing": without(`${SERVICE}/backends`, ({ properties }) => properties["type"] === "Single"),
    "a single backend leads elsewhere": changed(`${SERVICE}/backends`, ".openai.azure.com", ".openai.example"),
    "a member is another gateway's backend": changed(`${SERVICE}/backends`, /"services":\[{"id":"[^"]+"/, '"services":[{"id":"/other"'),
  },
};

/** Inside a pool a member without a breaker never trips, so requests go on to a dead region. */
const breakers: Rule = {
  title: "every single backend has a circuit breaker for 429 and all of 5xx",
  violations: (platform) =>
    ofType(platform, `${SERVICE}/backends`).flatMap(({ id, properties }) => {
      if (Pool.safeParse(properties).success) return [];
      const ranges = Single.safeParse(properties).data?.circuitBreaker.rules[0].failureCondition.statusCodeRanges ?? [];
      const open = [429, 500, 503, 599].filter((code) => !ranges.some(({ min, max }) => min <= code && code <= max));
      return open.map((code) => `${id} does not count ${code}`);
    }),
  broken: {
    "it does not count 429": changed(`${SERVICE}/backends`, '"min":429,"max":429', '"min":430,"max":430'),
    "it counts 500 alone": changed(`${SERVICE}/backends`, '"min":500,"max":599', '"min":500,"max":500'),
    "there is none": changed(`${SERVICE}/backends`, '"circuitBreaker"', '"breaker"'),
  },
};

const Policy = z.object({ format: z.literal("xml"), value: z.string() });
const POLICIES = ["policies", "apis/policies", "apis/operations/policies", "products/policies", "policyFragments"];

/** A gateway refuses a policy that names what it does not have. */
const names: Rule = {
  title: "every named value and fragment that a policy names is in its gateway",
  violations: (platform) =>
    finallyOfType(platform, SERVICE).flatMap((gateway) => {
      const within = (type: string): readonly Resource[] =>
        ofType(platform, `${SERVICE}/${type}`).filter(({ id }) => id.startsWith(`${gateway.id}/`));
      const has = (type: string): ReadonlySet<string> => new Set(within(type).map(({ id }) => lastName(id)));
      const [values, fragments] = [has("namedValues"), has("policyFragments")];
      const texts = POLICIES.flatMap((type) => within(type)).map(({ properties }) => Policy.parse(properties).value);
      if (texts.length === 0) return [`${gateway.name} has no policies`];
      const named = (pattern: RegExp): readonly string[] =>
        texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = ""]) => name));
      return [
        ...named(/\{\{([^{}]+)\}\}/g)
          .filter((name) => !values.has(name))
          .map((name) => `${gateway.name} has no named value ${name}`),
        ...named(/fragment-id="([^"]+)"/g)
          .filter((name) => !fragments.has(name))
          .map((name) => `${gateway.name} has no fragment ${name}`),
      ];
    }),
  broken: {
    "a named value is missing": without(`${SERVICE}/namedValues`),
    "a fragment is missing": without(`${SERVICE}/policyFragments`),
  },
};

export const GATEWAY_RULES: readonly Rule[] = [pools, breakers, names];
