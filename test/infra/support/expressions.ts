/**
 * The compiler leaves expressions that name the cloud (`environment()`) as they are, with all that is made of them. Here they get their
 * values in the public cloud, as far as nothing else is unknown in them; what only Azure can tell stays an expression.
 */
const CLOUD: Readonly<Record<string, string>> = {
  "environment().suffixes.storage": "core.windows.net",
  "environment().authentication.loginEndpoint": "https://login.microsoftonline.com/",
};

const TEXT = "'((?:[^']|'')*)'";
const TEXTS = `((?:'(?:[^']|'')*'(?:, )?)*)`;

type Evaluate = (...captured: readonly string[]) => string;

const KNOWN: readonly (readonly [pattern: RegExp, evaluate: Evaluate])[] = [
  [new RegExp(`\\bformat\\(${TEXT}(?:, )?${TEXTS}\\)`, "g"), (template = "", values = "") => format(template, textsIn(values))],
  // How the compiler takes the name of a child out of `parent/child`.
  [
    new RegExp(`\\bfilter\\(split\\(${TEXT}, '/'\\), lambda\\('x', not\\(empty\\(lambdaVariables\\('x'\\)\\)\\)\\)\\)\\[(\\d+)\\]`, "g"),
    (path = "", index = "") => path.split("/").filter((part) => part !== "")[Number(index)] ?? "",
  ],
  [/\bresourceId\('([^']*)', '([^']*)', '([^']*)', ((?:'[^']*'(?:, )?)+)\)/g, resourceId],
];

function textsIn(list: string): readonly string[] {
  return [...list.matchAll(new RegExp(TEXT, "g"))].map(([, text = ""]) => text);
}

function format(template: string, values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/g, (_, index: string) => values[Number(index)] ?? "");
}

function resourceId(subscription = "", group = "", type = "", names = ""): string {
  const [namespace = "", ...types] = type.split("/");
  const pairs = textsIn(names).map((name, index) => `${types[index]}/${name}`);
  return ["", "subscriptions", subscription, "resourceGroups", group, "providers", namespace, ...pairs].join("/");
}

function evaluated(expression: string): string {
  const inCloud = Object.entries(CLOUD).reduce((text, [name, value]) => text.replaceAll(name, `'${value}'`), expression);
  const once = (text: string): string =>
    KNOWN.reduce(
      (before, [pattern, evaluate]) => before.replace(pattern, (_, ...captured: string[]) => `'${evaluate(...captured)}'`),
      text,
    );
  let [before, after] = ["", inCloud];
  while (before !== after) [before, after] = [after, once(after)];
  return /^\['((?:[^']|'')*)'\]$/.exec(after)?.[1]?.replaceAll("''", "'") ?? after;
}

/** Names and values alike. */
export function inPublicCloud(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith("[") ? evaluated(value) : value;
  if (Array.isArray(value)) return value.map(inPublicCloud);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inPublicCloud(item)]));
}
