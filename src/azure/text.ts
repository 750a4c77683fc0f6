const LONGEST = 300;

/**
 * One short line that is safe to store and show: bearer tokens go, and so do the queries of URLs, because operation URLs
 * (azure-facts 13.2) and webhook URLs are signed there.
 */
export function oneLine(text: string): string {
  const line = text
    .replace(/\bBearer\s+\S+/gi, "Bearer …")
    .replace(/(https?:\/\/[^\s"'?]+)\?[^\s"']*/gi, "$1?…")
    .replace(/\b(sig|code|key|AccountKey|SharedAccessSignature)=[^\s"'&;]+/gi, "$1=…")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
