/** Quoted row versions such as `"AAAAAADmoew="` (azure-facts 13.9), from a counter. */
export function rowVersions(): () => string {
  let version = 0n;
  return () => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE((version += 1n));
    return `"${bytes.toString("base64")}"`;
  };
}

/** `*` matches anything. */
export function etagMatches(ifMatch: string, etag: string): boolean {
  return ifMatch === "*" || ifMatch.replaceAll('"', "") === etag.replaceAll('"', "");
}
