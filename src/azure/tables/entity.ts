/** How a JSON value lies in a table entity: its text in the properties `v0`, `v1`, … */

/** A string property holds 64 KB of UTF-16: 32 K units; rounded down. */
const CHUNK_UNITS = 30_000;
/** 900 KB of UTF-16; an entity holds 1 MB. */
const MOST_UNITS = 460_800;
const MOST_KEY_UNITS = 512;

/** What Azure Tables refuses in a key; some SDK versions encode it wrongly instead of failing. */
// eslint-disable-next-line no-control-regex -- control characters are the point
const FORBIDDEN_IN_KEY = /[/\\#?\u0000-\u001f\u007f-\u009f]/;

export interface Entity extends Record<string, string> {
  partitionKey: string;
  rowKey: string;
}

export function toEntity(partition: string, key: string, value: unknown): Entity {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new Error(`row ${partition}/${key}: the value is not JSON`);
  if (text.length > MOST_UNITS) {
    throw new Error(`row ${partition}/${key}: ${Math.ceil(text.length / 512)} KB, at most ${MOST_UNITS / 512} KB fit into a row`);
  }
  return { partitionKey: checkedKey(partition), rowKey: checkedKey(key), ...chunks(text) };
}

export function fromEntity<T>(entity: Readonly<Record<string, unknown>>): T {
  let text = "";
  for (let index = 0; ; index += 1) {
    const chunk = entity[`v${index}`];
    if (typeof chunk !== "string") return JSON.parse(text);
    text += chunk;
  }
}

export function checkedKey(key: string): string {
  if (key === "" || key.length > MOST_KEY_UNITS) throw new Error(`a key has 1 to ${MOST_KEY_UNITS} characters, not ${key.length}`);
  if (FORBIDDEN_IN_KEY.test(key)) throw new Error(`key ${JSON.stringify(key)} holds one of / \\ # ? or a control character`);
  return key;
}

function chunks(text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (let from = 0, index = 0; from < text.length; index += 1) {
    const to = wholeCharacters(text, from + CHUNK_UNITS);
    properties[`v${index}`] = text.slice(from, to);
    from = to;
  }
  return properties;
}

/** Half a surrogate pair would be replaced on its way through UTF-8. */
function wholeCharacters(text: string, end: number): number {
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
