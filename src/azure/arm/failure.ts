import type { Failure, FailureKind, Result } from "../../ports.ts";
import { oneLine } from "../text.ts";

/** Longest wait reported to callers; the services have asked for a whole day (azure-facts 4.3). */
const LONGEST_RETRY_AFTER_SECONDS = 900;
/** A failed or cancelled long-running operation arrives as a plain Error without any code (azure-facts 0.5). */
const FAILED_OPERATION = /long-running operation has (failed|been canceled)/i;
/** Of the system, TLS, the HTTP parser, undici and the SDKs. */
const NETWORK_CODE =
  /^(E[A-Z_]+|CERT_|CRL_|DEPTH_|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH|HPE_|UND_ERR_|REQUEST_SEND_ERROR)/;

interface Headers {
  get(name: string): string | null | undefined;
}

/** Runs one call and turns whatever it throws into a failure. */
export async function attempt<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    return classify(error);
  }
}

/** Structural throughout: the SDKs bring several copies of `RestError`. */
export function classify(error: unknown): Failure {
  if (!(error instanceof Error)) return refuse("invalid", String(error));
  const statusCode = numberAt(error, "statusCode");
  const code = stringAt(error, "code");
  if (isIdentityError(error.name)) return refuse("busy", `no token from the managed identity (${error.name})`);
  if (statusCode !== undefined) {
    return failureOf(statusCode, code, error.message, headersOf(error));
  }
  if (error.name === "AbortError" || error.name === "TimeoutError") return refuse("busy", "no answer before the deadline");
  const network = networkCode(error);
  if (network !== undefined) return refuse("busy", `connection failed: ${network}`);
  if (FAILED_OPERATION.test(error.message)) return refuse("busy", error.message);
  return refuse("invalid", `${error.name}: ${error.message}`);
}

/** A failure from an HTTP answer. */
export function failureOf(statusCode: number, code: string | undefined, message: string, headers?: Headers): Failure {
  const retryAfterSeconds = retryAfter(headers);
  return {
    ...refuse(kindOf(statusCode, code), `${statusCode}${code === undefined ? "" : ` ${code}`}: ${message}`),
    statusCode,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

export function refuse(kind: FailureKind, reason: string): Failure {
  return { ok: false, kind, reason: oneLine(reason) };
}

function kindOf(statusCode: number, code: string | undefined): FailureKind {
  // A resource lock answers 409, but waiting does not lift it.
  if (code === "ScopeLocked") return "forbidden";
  // APIM answers 422 with this code while the service itself is being updated (azure-facts 1.5).
  if (code === "ManagementApiRequestFailed") return "busy";
  if (statusCode === 412) return "conflict";
  if (statusCode === 408 || statusCode === 409 || statusCode === 429 || statusCode >= 500) return "busy";
  if (statusCode === 401 || statusCode === 403) return "forbidden";
  if (statusCode === 404) return "missing";
  return "invalid";
}

/** An HTTP date is read against the answer's own `Date`, so that no clock of ours takes part. */
export function retryAfter(headers: Headers | undefined): number | undefined {
  const milliseconds = headers?.get("retry-after-ms") ?? headers?.get("x-ms-retry-after-ms");
  const plain = headers?.get("retry-after");
  const seconds = milliseconds ? Number(milliseconds) / 1000 : plain ? Number(plain) : Number.NaN;
  const until = plain && Number.isNaN(seconds) ? (Date.parse(plain) - Date.parse(headers?.get("date") ?? "")) / 1000 : seconds;
  return Number.isFinite(until) && until >= 0 ? Math.min(Math.ceil(until), LONGEST_RETRY_AFTER_SECONDS) : undefined;
}

/** The system's code of a broken connection, of the error or of what caused it; `fetch` wraps it, and sometimes there is none. */
export function networkCode(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    const code = stringAt(at, "code");
    if (code?.startsWith("ERR_INVALID_")) return undefined;
    if (code !== undefined && NETWORK_CODE.test(code)) return code;
  }
  return error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message) ? "broken off" : undefined;
}

function isIdentityError(name: string): boolean {
  return /^(CredentialUnavailable|Authentication|AuthenticationRequired|AggregateAuthentication)Error$/.test(name);
}

function headersOf(error: object): Headers | undefined {
  const response = "response" in error ? error.response : undefined;
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  return isHeaders(response.headers) ? response.headers : undefined;
}

function isHeaders(value: unknown): value is Headers {
  return typeof value === "object" && value !== null && "get" in value && typeof value.get === "function";
}

function stringAt(value: object, key: string): string | undefined {
  const found: unknown = Reflect.get(value, key);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function numberAt(value: object, key: string): number | undefined {
  const found: unknown = Reflect.get(value, key);
  return typeof found === "number" ? found : undefined;
}
