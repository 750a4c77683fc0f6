/** A JSON value as a Bicep literal. */
export function bicepLiteral(value: unknown): string {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return `[\n${value.map((item) => `${bicepLiteral(item)}\n`).join("")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{\n${entries.map(([key, item]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : text(key)}: ${bicepLiteral(item)}\n`).join("")}}`;
  }
  // Bicep has whole numbers only.
  if (typeof value === "number" && !Number.isInteger(value)) return `json('${value}')`;
  return String(value);
}

function text(value: string): string {
  const escaped = value.replace(/[\\']/g, "\\$&").replaceAll("${", "\\${").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `'${escaped}'`;
}
