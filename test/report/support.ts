/** What a reader sees of a piece of markup. */
export function textOf(markup: string): string {
  const bare = markup
    .replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/g, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
  return bare.replaceAll(/\s+/g, " ").trim();
}

/** The texts of the cells of each row of a piece of a table. */
export function rowsOf(markup: string): readonly (readonly string[])[] {
  const rows = [...markup.matchAll(/<tr\b[^>]*>([\s\S]*?)<\/tr>/g)].map((row) => row[1] ?? "");
  return rows.map((row) => [...row.matchAll(/<t([hd])\b[^>]*>([\s\S]*?)<\/t\1>/g)].map((cell) => textOf(cell[2] ?? "")));
}

/** The first table whose class list or caption contains the text. */
export function tableWith(markup: string, text: string): string {
  const tables = [...markup.matchAll(/<table\b[\s\S]*?<\/table>/g)].map((found) => found[0]);
  const found = tables.find((table) => table.slice(0, table.indexOf("<thead>")).includes(text));
  if (found === undefined) throw new Error(`no table "${text}"`);
  return found;
}
