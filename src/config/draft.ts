/** An estate file as far as it can be read: whatever is missing or unusable is undefined, lists keep their indices. */
import { z } from "zod";
import { policySchemas } from "./policies.ts";

const text = z.string().optional().catch(undefined);

/** The items that are not objects count as empty ones. */
function list<Shape extends z.ZodRawShape>(shape: Shape): z.ZodCatch<z.ZodArray<z.ZodCatch<z.ZodObject<Shape>>>> {
  const item = z.object(shape);
  return z.array(item.catch(() => item.parse({}))).catch([]);
}

function readable<Setting extends z.ZodType>(setting: Setting): z.ZodCatch<z.ZodUnion<readonly [Setting, z.ZodUndefined]>> {
  return z.union([setting, z.undefined()]).catch(undefined);
}

function section<Shape extends z.ZodRawShape>(shape: Shape): z.ZodCatch<z.ZodObject<Shape>> {
  const object = z.object(shape);
  return object.catch(() => object.parse({}));
}

const detection = policySchemas.detection.unwrap().shape;
const safety = policySchemas.safety.unwrap().shape;

const shape = {
  regions: list({ name: text }),
  deployments: list({ id: text, region: text, resourceId: text }),
  gateways: list({
    id: text,
    region: text,
    resourceId: text,
    pools: list({ name: text, members: list({ backend: text, deployment: text }) }),
  }),
  edges: list({
    id: text,
    kind: z.enum(["standard", "classic"]).optional().catch(undefined),
    resourceId: text,
    origins: list({ group: text, name: text, gateway: text }),
  }),
  detection: section({
    intervalSeconds: readable(detection.intervalSeconds),
    probeDeadlineSeconds: readable(detection.probeDeadlineSeconds),
    burstProbes: readable(detection.burstProbes),
    burstSpacingSeconds: readable(detection.burstSpacingSeconds),
    window: readable(detection.window),
    failuresToFail: readable(detection.failuresToFail),
    successesToRecover: readable(detection.successesToRecover),
    stalenessSeconds: readable(detection.stalenessSeconds),
    slowMilliseconds: readable(detection.slowMilliseconds),
  }),
  safety: section({
    minHealthyRegions: readable(safety.minHealthyRegions),
    maxConcurrentShifts: readable(safety.maxConcurrentShifts),
  }),
};

export const Draft = z.object(shape);
export type Draft = z.infer<typeof Draft>;
