/** What a deployment of main.bicep would create, told by the compiler without Azure. */
import { z } from "zod";
import type { Compiler } from "./compiler.ts";
import type { Scratch } from "./files.ts";
import { bicepLiteral } from "./literal.ts";

export const TOPOLOGIES = ["hubAndSpoke", "hubToHub"] as const;
export type Topology = (typeof TOPOLOGIES)[number];
export type Parameters = Readonly<Record<string, unknown>>;

const LOCATIONS = [
  "eastus2",
  "swedencentral",
  "westus3",
  "francecentral",
  "uksouth",
  "japaneast",
  "australiaeast",
  "southindia",
  "switzerlandnorth",
  "norwayeast",
];

export function model(name: string, capacity: number): Record<string, unknown> {
  return { name, model: name, version: "2024-11-20", type: "Standard", capacity };
}

/** A platform of so many regions, of which every second has another capacity and a second model. */
export function parametersOf(topology: Topology, count: number, change: Parameters = {}): Parameters {
  const regions = LOCATIONS.slice(0, count).map((location, index) => ({
    location,
    addressPrefix: `10.${index + 10}.0.0/16`,
    models: index % 2 === 0 ? [model("gpt-4o", 300)] : [model("gpt-4o", 100), model("gpt-4o-mini", 200)],
  }));
  const hub = (location: string, index: number): object => ({ location, addressPrefix: `10.${index + 1}.0.0/16` });
  return {
    name: "contoso",
    topology,
    regions,
    hubs: topology === "hubAndSpoke" ? ["canadacentral", "northeurope"].slice(0, count > 2 ? 2 : 1).map(hub) : [],
    control: { location: "centralus", addressPrefix: "10.0.0.0/16" },
    entra: {
      clientId: "00000000-0000-4000-8000-0000000000c1",
      identifierUri: "api://foundry-failover",
      webhookObjectId: "00000000-0000-4000-8000-0000000000c2",
    },
    publisherEmail: "platform@contoso.example",
    publisherName: "Contoso",
    ...change,
  };
}

export function writeParameters(folder: Scratch, name: string, parameters: Parameters): string {
  const lines = Object.entries(parameters).map(([key, value]) => `param ${key} = ${bicepLiteral(value)}\n`);
  return folder.write(`${name}.bicepparam`, `using '${folder.toInfra("main.bicep")}'\n${lines.join("")}`);
}

const Resource = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  location: z.string().optional(),
  kind: z.string().optional(),
  sku: z.record(z.string(), z.unknown()).optional(),
  identity: z.object({ type: z.string() }).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
});
const Snapshot = z.object({
  predictedResources: z.array(Resource),
  diagnostics: z.array(z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
});

export type Resource = z.infer<typeof Resource>;

export interface Platform {
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly unknown[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Types are compared without case, as Resource Manager does. */
  ofType(type: string): readonly Resource[];
}

export async function platformOf(compiler: Compiler, parameterFile: string): Promise<Platform> {
  const { predictedResources: resources, diagnostics, outputs } = Snapshot.parse(await compiler.snapshot(parameterFile));
  const ofType = (type: string): readonly Resource[] => resources.filter((one) => one.type.toLowerCase() === type.toLowerCase());
  return { resources, diagnostics, outputs, ofType };
}
