/** A compiled template, with the templates that its modules became inside it. */
import { z } from "zod";

const Resource = z.looseObject({
  type: z.string(),
  existing: z.boolean().optional(),
  condition: z.unknown().optional(),
  "@options": z.looseObject({}).optional(),
  properties: z.unknown().optional(),
});
const Template = z.looseObject({
  parameters: z.record(z.string(), z.looseObject({ type: z.string().optional(), defaultValue: z.unknown().optional() })).default({}),
  // By symbolic name where the template has those.
  resources: z.union([z.array(Resource), z.record(z.string(), Resource)]).default([]),
  outputs: z.record(z.string(), z.unknown()).default({}),
});
const Nested = z.looseObject({ template: z.unknown() });

export type Template = z.infer<typeof Template>;

export interface Placed {
  readonly resource: z.infer<typeof Resource>;
  /** Its own condition and those of the modules around it. */
  readonly conditions: readonly string[];
}

interface Part {
  readonly template: Template;
  readonly conditions: readonly string[];
}

/** The template itself and every one inside it. */
function parts(template: unknown, conditions: readonly string[] = []): readonly Part[] {
  const own = Template.parse(template);
  const inner = resourcesOf(own).flatMap((resource) => {
    const nested = resource.type === "Microsoft.Resources/deployments" ? Nested.safeParse(resource.properties).data : undefined;
    return nested === undefined ? [] : parts(nested.template, [...conditions, ...conditionOf(resource)]);
  });
  return [{ template: own, conditions }, ...inner];
}

function resourcesOf({ resources }: Template): readonly z.infer<typeof Resource>[] {
  return Object.values(resources);
}

function conditionOf({ condition }: z.infer<typeof Resource>): readonly string[] {
  return condition === undefined ? [] : [JSON.stringify(condition).slice(1, -1)];
}

/** Every resource that is written, of the modules too. */
export function written(template: unknown): readonly Placed[] {
  return parts(template).flatMap(({ template: part, conditions }) =>
    resourcesOf(part)
      .filter(({ existing }) => existing !== true)
      .map((resource) => ({ resource, conditions: [...conditions, ...conditionOf(resource)] })),
  );
}

/** Outputs that tell what should stay secret; `fine` are names that only sound like it. */
export function secretOutputs(template: unknown, fine: readonly string[]): readonly string[] {
  return parts(template).flatMap(({ template: { parameters, outputs } }) => {
    const secure = Object.entries(parameters).filter(([, { type }]) => /^secure/i.test(type ?? ""));
    return Object.entries(outputs).flatMap(([name, output]) => {
      const text = JSON.stringify(output);
      const reads = /\blist[A-Z]\w*\(/.test(text) ? [`${name} reads keys`] : [];
      const tells = secure
        .filter(([parameter]) => text.includes(`parameters('${parameter}')`))
        .map(([parameter]) => `${name} tells ${parameter}`);
      const sounds =
        /key|secret|password|token|connectionString|credential/i.test(name) && !fine.includes(name) ? [`${name} sounds secret`] : [];
      return [...reads, ...tells, ...sounds];
    });
  });
}

export function parametersOf(template: unknown): Template["parameters"] {
  return Template.parse(template).parameters;
}
