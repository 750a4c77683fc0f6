import { expect, it } from "vitest";
import { inPublicCloud } from "./support/expressions.ts";

const STORAGE = "environment().suffixes.storage";

it.each<[what: string, expression: string, value: string]>([
  ["a text", "plain", "plain"],
  ["the cloud's own", `[${STORAGE}]`, "core.windows.net"],
  ["made of it", `[format('https://{0}.blob.{1}/x', 'st', ${STORAGE})]`, "https://st.blob.core.windows.net/x"],
  ["made of that", `[format('{0}/{1}', format('a.{0}', ${STORAGE}), 'b')]`, "a.core.windows.net/b"],
  [
    "an id",
    `[resourceId('s', 'g', 'N.S/zones/links', format('z.{0}', ${STORAGE}), 'l')]`,
    "/subscriptions/s/resourceGroups/g/providers/N.S/zones/z.core.windows.net/links/l",
  ],
  [
    "the name of a child",
    `[filter(split(format('{0}/{1}', format('z.{0}', ${STORAGE}), 'l'), '/'), lambda('x', not(empty(lambdaVariables('x')))))[1]]`,
    "l",
  ],
  ["what only Azure knows stays", "[format('{0}', reference('/x').id)]", "[format('{0}', reference('/x').id)]"],
])("%s", (_what, expression, value) => expect(inPublicCloud({ in: [expression] })).toEqual({ in: [value] }));
