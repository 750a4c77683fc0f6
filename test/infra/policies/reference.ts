/**
 * The elements that our policies may use, from Microsoft's policy reference: learn.microsoft.com/azure/api-management/<page>, tables "Attributes",
 * "Elements" and "Usage". What is not here has not been looked up, and may not be used.
 */
export const SECTIONS = ["inbound", "backend", "outbound", "on-error"] as const;
export type Section = (typeof SECTIONS)[number];

export interface Rule {
  /** Of a policy: where it may stand. An element without sections is a part of a policy. */
  readonly sections?: readonly Section[];
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  /** Attributes that take no expression. */
  readonly literal?: readonly string[];
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** Names of parts in the order in which they must come, or any policies of the section, or text. */
  readonly content?: readonly string[] | "policies" | "text";
  /** Parts that must be there. */
  readonly parts?: readonly string[];
}

const CACHING_TYPES = ["prefer-external", "external", "internal"];
const EXISTS_ACTIONS = ["override", "skip", "append", "delete"];

export const REFERENCE: Readonly<Record<string, Rule>> = {
  base: { sections: SECTIONS },
  "include-fragment": { sections: SECTIONS, required: ["fragment-id"], literal: ["fragment-id"] },
  choose: { sections: SECTIONS, content: ["when", "otherwise"], parts: ["when"] },
  when: { required: ["condition"], content: "policies" },
  otherwise: { content: "policies" },
  retry: {
    sections: SECTIONS,
    required: ["condition", "count", "interval"],
    optional: ["max-interval", "delta", "first-fast-retry"],
    content: "policies",
  },
  "set-variable": { sections: SECTIONS, required: ["name", "value"], literal: ["name"] },
  "cache-lookup-value": {
    sections: SECTIONS,
    required: ["key", "variable-name"],
    optional: ["default-value", "caching-type"],
    literal: ["variable-name", "caching-type"],
    choices: { "caching-type": CACHING_TYPES },
  },
  "cache-store-value": {
    sections: SECTIONS,
    required: ["key", "value", "duration"],
    optional: ["caching-type"],
    literal: ["caching-type"],
    choices: { "caching-type": CACHING_TYPES },
  },
  "send-request": {
    sections: SECTIONS,
    required: ["response-variable-name"],
    optional: ["mode", "timeout", "ignore-error"],
    literal: ["mode", "response-variable-name"],
    choices: { mode: ["new", "copy"], "ignore-error": ["true", "false"] },
    content: ["set-url", "set-method", "set-header", "set-body", "authentication-certificate", "authentication-managed-identity"],
    parts: ["set-url", "set-method"],
  },
  "set-url": { content: "text" },
  "set-method": { content: "text" },
  "return-response": {
    sections: SECTIONS,
    optional: ["response-variable-name"],
    literal: ["response-variable-name"],
    content: ["set-status", "set-header", "set-body"],
  },
  "set-status": { sections: SECTIONS, required: ["code", "reason"] },
  "set-header": {
    sections: SECTIONS,
    required: ["name"],
    optional: ["exists-action"],
    choices: { "exists-action": EXISTS_ACTIONS },
    content: ["value"],
  },
  "set-query-parameter": {
    sections: ["inbound", "backend"],
    required: ["name"],
    optional: ["exists-action"],
    choices: { "exists-action": EXISTS_ACTIONS },
    content: ["value"],
  },
  value: { content: "text" },
  "set-body": { sections: ["inbound", "backend", "outbound"], content: "text" },
  "rewrite-uri": { sections: ["inbound"], required: ["template"], optional: ["copy-unmatched-params"] },
  "set-backend-service": { sections: ["inbound", "backend"], required: ["backend-id"] },
  "forward-request": {
    sections: ["backend"],
    optional: [
      "timeout",
      "timeout-ms",
      "continue-timeout",
      "http-version",
      "follow-redirects",
      "buffer-request-body",
      "buffer-response",
      "fail-on-error-status-code",
    ],
  },
  "validate-azure-ad-token": {
    sections: ["inbound"],
    required: ["tenant-id"],
    optional: ["header-name", "failed-validation-httpcode", "failed-validation-error-message", "output-token-variable-name"],
    literal: ["output-token-variable-name"],
    content: ["client-application-ids", "backend-application-ids", "audiences", "required-claims"],
  },
  "client-application-ids": { content: ["application-id"], parts: ["application-id"] },
  "application-id": { content: "text" },
  audiences: { content: ["audience"], parts: ["audience"] },
  audience: { content: "text" },
  "authentication-managed-identity": {
    sections: ["inbound"],
    required: ["resource"],
    optional: ["client-id", "output-token-variable-name", "ignore-error"],
    literal: ["client-id", "output-token-variable-name"],
  },
  "llm-token-limit": {
    sections: ["inbound"],
    required: ["counter-key", "tokens-per-minute", "estimate-prompt-tokens"],
    optional: ["retry-after-header-name", "retry-after-variable-name", "remaining-tokens-header-name", "tokens-consumed-header-name"],
    literal: [
      "tokens-per-minute",
      "estimate-prompt-tokens",
      "retry-after-header-name",
      "retry-after-variable-name",
      "remaining-tokens-header-name",
      "tokens-consumed-header-name",
    ],
    choices: { "estimate-prompt-tokens": ["true", "false"] },
  },
  "llm-emit-token-metric": {
    sections: ["inbound"],
    optional: ["namespace"],
    literal: ["namespace"],
    content: ["dimension"],
    parts: ["dimension"],
  },
  dimension: { required: ["name"], optional: ["value"] },
};

/** Dimensions whose value the gateway knows (llm-emit-token-metric); the others must bring one, five at most. */
export const DEFAULT_DIMENSIONS = [
  "API ID",
  "Operation ID",
  "Product ID",
  "User ID",
  "Subscription ID",
  "Location",
  "Gateway ID",
  "Backend ID",
];
export const MOST_CUSTOM_DIMENSIONS = 5;

/** At most once per section: pages of cache-store-value and forward-request. */
export const ONCE_PER_SECTION = ["cache-store-value", "forward-request"];

/** policy-fragments, "Limitations". */
export const MOST_FRAGMENT_BYTES = 32 * 1024;
