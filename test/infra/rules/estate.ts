import { z } from "zod";
import { loadedEstate } from "../support/estate.ts";
import { finallyOfType, lastName, ofType, onlyIn, parentOf, without, type Platform, type Rule } from "../support/platform.ts";

const SERVICE = "Microsoft.ApiManagement/service";
const ORIGIN = "Microsoft.Cdn/profiles/originGroups/origins";
const Account = z.object({ customSubDomainName: z.string() });
const Pool = z.object({ pool: z.object({ services: z.array(z.object({ id: z.string() })) }) });
const Model = z.object({ model: z.object({ name: z.string(), version: z.string() }) });
const Sku = z.object({ name: z.string(), capacity: z.int() });
const Origin = z.object({ hostName: z.string(), sharedPrivateLinkResource: z.object({ privateLink: z.object({ id: z.string() }) }) });

/** What a platform says of itself, one line a fact, by its resources and by its estate. */
type Facts = readonly string[];

function deployed(platform: Platform): Facts {
  const accounts = new Map(ofType(platform, "Microsoft.CognitiveServices/accounts").map((account) => [account.id, account]));
  const deployments = ofType(platform, "Microsoft.CognitiveServices/accounts/deployments").map((one) => {
    const account = accounts.get(parentOf(one.id));
    const host = `https://${Account.parse(account?.properties).customSubDomainName}.openai.azure.com`;
    const { model } = Model.parse(one.properties);
    const { name, capacity } = Sku.parse(one["sku"]);
    const tokens = name.includes("Provisioned") ? null : capacity * 1000;
    return `deployment ${one.id} in ${String(account?.["location"])} at ${host}: ${model.name} ${model.version} ${name} ${tokens}`;
  });
  const gateways = finallyOfType(platform, SERVICE).map(
    ({ id, name, ...rest }) => `gateway ${id} in ${String(rest["location"])} at https://${name}.azure-api.net`,
  );
  const members = ofType(platform, `${SERVICE}/backends`).flatMap(({ id, properties }) =>
    (Pool.safeParse(properties).data?.pool.services ?? []).map((member) => `member ${member.id} of ${id}`),
  );
  const origins = ofType(platform, ORIGIN).map(
    ({ id, properties }) => `origin ${id} of ${Origin.parse(properties).sharedPrivateLinkResource.privateLink.id}`,
  );
  return [...deployments, ...gateways, ...members, ...origins];
}

function declared(platform: Platform): Facts {
  const { deployments, gateways, edges } = loadedEstate(platform);
  const gatewayIds = new Map(gateways.map(({ id, resourceId }) => [id, resourceId]));
  return [
    ...deployments.map(
      ({ resourceId, region, endpoint, model, deploymentType, tokensPerMinute }) =>
        `deployment ${resourceId} in ${region} at ${endpoint}: ${model.name} ${model.version} ${deploymentType} ${tokensPerMinute}`,
    ),
    ...gateways.map(({ resourceId, region, url }) => `gateway ${resourceId} in ${region} at ${url}`),
    ...gateways.flatMap(({ resourceId, pools }) =>
      pools.flatMap(({ name, members }) =>
        members.map(({ backend }) => `member ${resourceId}/backends/${backend} of ${resourceId}/backends/${name}`),
      ),
    ),
    ...edges.flatMap(({ resourceId, origins }) =>
      origins.map(({ group, name, gateway }) => `origin ${resourceId}/originGroups/${group}/origins/${name} of ${gatewayIds.get(gateway)}`),
    ),
  ];
}

const same: Rule = {
  title: "the app accepts the estate, which names exactly what is deployed",
  violations(platform) {
    const [there, named] = [deployed(platform), declared(platform)];
    return [
      ...onlyIn(there, named).map((fact) => `${fact}: not in the estate`),
      ...onlyIn(named, there).map((fact) => `${fact}: in the estate alone`),
    ];
  },
  broken: {
    "a deployment is missing": without("Microsoft.CognitiveServices/accounts/deployments"),
    "a pool is missing": without(`${SERVICE}/backends`, ({ properties }) => properties["type"] === "Pool"),
    "an origin is missing": without(ORIGIN),
    "the estate names another region": (platform) => ({
      ...platform,
      outputs: z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(platform.outputs).replaceAll("westus3", "westus2"))),
    }),
  },
};

/** A member's deployment is what its backend leads to, or the app would judge one region and move another. */
const members: Rule = {
  title: "a member's backend leads to the account of its deployment",
  violations(platform) {
    const { deployments, gateways } = loadedEstate(platform);
    const endpoints = new Map(deployments.map(({ id, endpoint }) => [id, endpoint]));
    const urls = new Map(ofType(platform, `${SERVICE}/backends`).map(({ id, properties }) => [id, properties["url"]]));
    return gateways.flatMap(({ resourceId, pools }) =>
      pools.flatMap(({ name, members: all }) =>
        all
          .filter(({ backend, deployment }) => urls.get(`${resourceId}/backends/${backend}`) !== `${endpoints.get(deployment)}/openai`)
          .map(({ backend, deployment }) => `${backend} of ${name} does not lead to ${deployment}`),
      ),
    );
  },
  broken: {
    "a backend leads to another region": (platform) => {
      const [one, other] = ofType(platform, `${SERVICE}/backends`).filter(({ properties }) => properties["type"] === "Single");
      if (one === undefined || other === undefined) throw new Error("there are no two backends");
      const swapped = { ...one, properties: { ...one.properties, url: "https://other.openai.azure.com/openai" } };
      return { ...platform, resources: platform.resources.map((each) => (each === one ? swapped : each)) };
    },
  },
};

/** `/foundry-failover/witness/{backend}` is the operation `/witness/{backend}` of the API with the path `foundry-failover`. */
const paths: Rule = {
  title: "every gateway serves the witness's path, and the path that Front Door probes, by HEAD and GET",
  violations(platform) {
    const served = ofType(platform, `${SERVICE}/apis/operations`).map(({ id, properties }) => {
      const api = ofType(platform, `${SERVICE}/apis`).find((each) => each.id === parentOf(id));
      return `${parentOf(id, 2)} ${String(properties["method"])} /${String(api?.properties["path"])}${String(properties["urlTemplate"])}`;
    });
    const probed = ofType(platform, "Microsoft.Cdn/profiles/originGroups").map(
      ({ properties }) =>
        z.object({ healthProbeSettings: z.object({ probePath: z.string() }) }).parse(properties).healthProbeSettings.probePath,
    );
    const wanted = loadedEstate(platform).gateways.flatMap(({ resourceId, witnessPath }) => [
      `${resourceId} GET ${witnessPath}`,
      ...probed.flatMap((path) => ["HEAD", "GET"].map((method) => `${resourceId} ${method} ${path}`)),
    ]);
    return wanted.filter((each) => !served.includes(each)).map((each) => `${each} is not served`);
  },
  broken: {
    "the witness is missing": without(`${SERVICE}/apis/operations`, ({ id }) => lastName(id) === "witness"),
    "HEAD on the health gate is missing": without(`${SERVICE}/apis/operations`, ({ id }) => lastName(id) === "health-head"),
  },
};

export const ESTATE_RULES: readonly Rule[] = [same, members, paths];
