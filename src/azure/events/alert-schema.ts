/**
 * The common alert schema, as much of it as is used. Azure leaves out or nulls almost everything at times, and types vary between real and
 * test payloads (azure-facts 5.1, 5.3): a field of the wrong type counts as absent.
 */
import { z } from "zod";

const text = z.string().min(1).nullish().catch(null);
const texts = z.array(z.string()).nullish().catch(null);
const record = z.record(z.string(), z.unknown()).nullish().catch(null);
const items = z.array(z.record(z.string(), z.unknown()).catch({})).nullish().catch(null);

const Essentials = z.object({
  alertId: text,
  alertRule: text,
  originAlertId: text,
  signalType: text,
  monitorCondition: text,
  monitoringService: text,
  alertTargetIDs: texts,
  firedDateTime: text,
  resolvedDateTime: text,
});

const Context = z.object({
  conditionType: text,
  condition: z.object({ allOf: items }).nullish().catch(null),
  properties: record,
  operationName: text,
  status: text,
  eventTimestamp: text,
  submissionTimestamp: text,
});

const CommonAlert = z.object({
  schemaId: z.literal("azureMonitorCommonAlertSchema"),
  data: z
    .object({ essentials: Essentials.nullish().catch(null), alertContext: Context.nullish().catch(null), customProperties: record })
    .nullish()
    .catch(null),
});

type Essentials = z.infer<typeof Essentials>;
type Context = z.infer<typeof Context>;

/** What is left out is null. */
export interface Alert {
  readonly essentials: Essentials;
  readonly context: Context;
  readonly customProperties: Readonly<Record<string, unknown>>;
}

const NO_ESSENTIALS = Essentials.parse({});
const NO_CONTEXT = Context.parse({});

export function parseAlert(body: unknown): Alert | undefined {
  const parsed = CommonAlert.safeParse(body);
  if (!parsed.success) return undefined;
  const { data } = parsed.data;
  return {
    essentials: data?.essentials ?? NO_ESSENTIALS,
    context: data?.alertContext ?? NO_CONTEXT,
    customProperties: data?.customProperties ?? {},
  };
}

/** A property by its name in any case, when it is text. */
export function textAt(properties: Readonly<Record<string, unknown>> | null | undefined, name: string): string | undefined {
  const found = Object.entries(properties ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return typeof found === "string" && found !== "" ? found : undefined;
}

const Dimensions = z
  .array(
    z
      .object({ name: z.string(), value: z.string().min(1) })
      .nullable()
      .catch(null),
  )
  .catch([]);

/** Values of a dimension over all criteria that were met. */
export function dimensionValues({ condition }: Context, name: string): string[] {
  const dimensions = (condition?.allOf ?? []).flatMap((criterion) => Dimensions.parse(criterion["dimensions"]));
  return dimensions.flatMap((dimension) => (dimension?.name.toLowerCase() === name.toLowerCase() ? [dimension.value] : []));
}
