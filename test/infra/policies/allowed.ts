/**
 * The .NET types that policy expressions may use: learn.microsoft.com/azure/api-management/api-management-policy-expressions, ".NET Framework types
 * allowed in policy expressions", as far as our expressions need them. A list of members = only these.
 */
const ALLOWED: Readonly<Record<string, "all" | readonly string[]>> = {
  "Newtonsoft.Json.Linq.JArray": "all",
  "Newtonsoft.Json.Linq.JObject": "all",
  "Newtonsoft.Json.Linq.JToken": "all",
  "System.Collections.Generic.IReadOnlyDictionary": "all",
  "System.Double": "all",
  "System.Exception": "all",
  "System.Int32": "all",
  "System.Linq.Enumerable": "all",
  "System.Math": "all",
  "System.Nullable": "all",
  "System.String": "all",
  "System.Text.RegularExpressions.Regex": [".ctor", "IsMatch", "Match", "Matches", "Replace", "Split", "Unescape"],
  "System.TimeSpan": "all",
  "System.Uri": "all",
};

/** What the compiler and the table of expressions need for themselves. */
const OF_THE_COMPILER = [
  /^System\.(?:Object|Func|Diagnostics\.DebuggableAttribute)\./,
  /^System\.Runtime\.(?:CompilerServices|Versioning)\./,
  /^System\.Collections\.Generic\.Dictionary\.(?:\.ctor|Add)$/,
];

/** Of "System.Math.Min" and the like, those that the gateway refuses. */
export function notAllowed(members: readonly string[]): string[] {
  return members.filter((member) => {
    if (OF_THE_COMPILER.some((pattern) => pattern.test(member))) return false;
    const [, type = "", name = ""] = /^(.*?)\.(\.?[^.]+)$/.exec(member) ?? [];
    const allowed = ALLOWED[type];
    return allowed !== "all" && allowed?.includes(name.replace(/^get_/, "")) !== true;
  });
}
