import { z } from "zod";
import { MESSAGES } from "./messages.ts";

/** An object that refuses unknown keys and says which ones it knows. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? MESSAGES.unknownKey(Object.keys(shape)) : undefined),
  });
}
