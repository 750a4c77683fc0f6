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
  const text = asciiJson(value);
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
    if (typeof chunk !== "string") break;
    text += chunk;
  }
  // The one cast: each caller names the type of what it wrote there itself.
  return JSON.parse(text) as T;
}

export function checkedKey(key: string): string {
  if (key === "" || key.length > MOST_KEY_UNITS) throw new Error(`a key has 1 to ${MOST_KEY_UNITS} characters, not ${key.length}`);
  if (FORBIDDEN_IN_KEY.test(key)) throw new Error(`key ${JSON.stringify(key)} holds one of / \\ # ? or a control character`);
  return key;
}

function chunks(text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (let index = 0; index * CHUNK_UNITS < text.length; index += 1) {
    properties[`v${index}`] = text.slice(index * CHUNK_UNITS, (index + 1) * CHUNK_UNITS);
  }
  return properties;
}

/** JSON in ASCII: cut anywhere, no character is ever halved, neither here nor in a stream that is decoded piece by piece. */
function asciiJson(value: unknown): string | undefined {
  const text: string | undefined = JSON.stringify(value);
  return text?.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
