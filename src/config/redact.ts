/** Keeps secrets that were pasted into a configuration value out of messages and logs. */

const HIDDEN = "[redacted]";

const RULES: readonly (readonly [RegExp, string])[] = [
  // https://user:password@host
  [/\/\/[^/\s@]*@/g, `//${HIDDEN}@`],
  // A URL's query or fragment: signatures, codes, subscription keys.
  [/(:\/\/[^\s?#]*)[?#]\S*/g, `$1?${HIDDEN}`],
  // Connection strings and assignments.
  [/\b(\w*(?:key|secret|password|pwd|token|signature|sig)\s*[=:]\s*)[^;&\s]+/gi, `$1${HIDDEN}`],
  [/\bBearer\s+\S+/gi, `Bearer ${HIDDEN}`],
  // Storage keys (base64 of 64 bytes) and other padded base64.
  [/[A-Za-z0-9+/]{40,}={1,2}/g, HIDDEN],
  // Keys and token segments: long runs of letters and digits. UUIDs have hyphens, ids have slashes.
  [/(?=[\w+]*\d)(?=[\w+]*[A-Za-z])[\w+]{32,}/g, HIDDEN],
];

export function redact(text: string): string {
  return RULES.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}
