/** What a deployment of main.bicep would create, told by the compiler without Azure. */
import { z } from "zod";
import type { Compiler } from "./compiler.ts";
import { inPublicCloud } from "./expressions.ts";

const Resource = z.looseObject({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  // A value that cannot be told at all is an expression.
  properties: z
    .union([z.record(z.string(), z.unknown()), z.string().transform((expression): Record<string, unknown> => ({ expression }))])
    .default({}),
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
}

export async function platformOf(compiler: Compiler, parameterFile: string): Promise<Platform> {
  const { predictedResources: resources, ...rest } = Snapshot.parse(inPublicCloud(await compiler.snapshot(parameterFile)));
  return { resources, ...rest };
}

/** Types are compared without case, as Resource Manager does. */
export function ofType({ resources }: Platform, type: string): readonly Resource[] {
  return resources.filter((one) => one.type.toLowerCase() === type.toLowerCase());
}

/** As it is once everything is deployed: a service that is created and then written stands there twice. */
export function finallyOfType(platform: Platform, type: string): readonly Resource[] {
  return [...new Map(ofType(platform, type).map((one) => [one.id.toLowerCase(), one])).values()];
}

/** The id without its last `levels` types and names. */
export function parentOf(id: string, levels = 1): string {
  return id
    .split("/")
    .slice(0, -2 * levels)
    .join("/");
}

export function lastName(id: string): string {
  return id.split("/").at(-1) ?? "";
}

/** What one has and the other has not. */
export function onlyIn(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...new Set(one)].filter((each) => !other.includes(each));
}

/** What must hold of every platform; each says what breaks it, which is tried. */
export interface Rule {
  readonly title: string;
  readonly violations: (platform: Platform) => readonly string[];
  readonly broken: Readonly<Record<string, (platform: Platform) => Platform>>;
}

/** The same platform without the first resource that is such. */
export function without(type: string, such: (resource: Resource) => boolean = () => true) {
  return (platform: Platform): Platform => {
    const gone = ofType(platform, type).find(such);
    if (gone === undefined) throw new Error(`there is no ${type}`);
    return { ...platform, resources: platform.resources.filter((one) => one !== gone) };
  };
}

/** The same platform with other text in the first resource that is such, as JSON. */
export function changed(type: string, from: string | RegExp, to: string, such: (resource: Resource) => boolean = () => true) {
  return (platform: Platform): Platform => {
    const before = ofType(platform, type).findLast((one) => such(one) && JSON.stringify(one).replace(from, to) !== JSON.stringify(one));
    if (before === undefined) throw new Error(`no ${type} says ${String(from)}`);
    const after = Resource.parse(JSON.parse(JSON.stringify(before).replace(from, to)));
    return { ...platform, resources: platform.resources.map((one) => (one === before ? after : one)) };
  };
}
