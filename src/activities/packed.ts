/** Small rows of numbers as text: a row of the table holds 900 KB, and an estate may have a thousand targets. */

/** A field that is not there; every number is whole. */
export type Field = number | null;

/** `12,,3;13`: rows by semicolons, fields by commas; empty ones at the end are left out. */
export function packRows(rows: readonly (readonly Field[])[]): string {
  return rows
    .map((row) =>
      row
        .map((field) => (field === null ? "" : String(Math.round(field))))
        .join(",")
        .replace(/,+$/, ""),
    )
    .join(";");
}

export function unpackRows(text: string): readonly (readonly Field[])[] {
  if (text === "") return [];
  return text.split(";").map((row) => row.split(",").map((field) => (field === "" ? null : Number(field))));
}

/** The place of a name in a closed list; the list's order is part of the stored form, so names are only ever added at its end. */
export function codeOf<T extends string>(names: readonly T[], name: T | null | undefined): Field {
  const found = name === null || name === undefined ? -1 : names.indexOf(name);
  return found < 0 ? null : found;
}

export function nameOf<T extends string>(names: readonly T[], code: Field | undefined): T | null {
  return code === null || code === undefined ? null : (names[code] ?? null);
}
