/** What API Management accepts of a backend (azure-facts 1.4, 1.5). */
import { z } from "zod";
import { backendName, type PoolMember } from "../../../src/domain/routing.ts";
import type { Reply } from "../http.ts";
import { validationError } from "./arm-errors.ts";

const share = z.int().min(0).max(100).nullish();
const Services = z
  .array(z.object({ id: z.string().min(1), weight: share, priority: share }))
  .min(1)
  .max(30);

/** The writable properties; what the 2024-05-01 model does not know is dropped, as the service does. */
export const Properties = z.object({
  type: z.enum(["Single", "Pool"]).nullish(),
  title: z.string().max(300).nullish(),
  description: z.string().max(2000).nullish(),
  url: z.string().min(1).max(2000).nullish(),
  protocol: z.enum(["http", "soap"]).nullish(),
  circuitBreaker: z.looseObject({ rules: z.array(z.unknown()).max(1) }).nullish(),
  pool: z.object({ services: Services }).nullish(),
});
export type Properties = z.infer<typeof Properties>;

/** `{ properties }` of a PUT or PATCH body, or the refusal. */
export function parseProperties(body: unknown): { properties: Properties } | { refusal: Reply } {
  const parsed = z.object({ properties: Properties }).safeParse(body);
  if (parsed.success) return parsed.data;
  const target = parsed.error.issues[0]?.path.slice(1).join(".") || "properties";
  return { refusal: validationError(target, ...parsed.error.issues.map((issue) => `${issue.path.slice(1).join(".")}: ${issue.message}`)) };
}

/** `kindOf` tells what stands under a lower-cased backend name. */
export function backendProblem(properties: Properties, kindOf: (name: string) => "Single" | "Pool" | undefined): Reply | undefined {
  if (properties.type !== "Pool") return properties.url ? undefined : validationError("url", "Url is required.");
  if (properties.url) return validationError("url", "Url is not supported for backend pool.");
  if (properties.protocol) return validationError("protocol", "Protocol is not supported for backend pool.");
  if (properties.circuitBreaker) return validationError("circuitBreaker", "Circuit breaker is not supported for backend pool.");
  if (!properties.pool) return validationError("pool", "Pool is required for a backend of type Pool.");
  for (const { id } of properties.pool.services) {
    const kind = kindOf(backendName(id));
    if (kind === undefined) return validationError("pool", `Backend Entity '${id.slice(id.lastIndexOf("/") + 1)}' not found.`);
    if (kind === "Pool") return validationError("pool", "A backend pool cannot contain another backend pool.");
  }
  return undefined;
}

/** Absent and null fields are both absent afterwards. */
export function membersOf(properties: Properties): readonly PoolMember[] {
  return (properties.pool?.services ?? []).map(({ id, weight, priority }) => ({
    id,
    ...(typeof weight === "number" ? { weight } : {}),
    ...(typeof priority === "number" ? { priority } : {}),
  }));
}
