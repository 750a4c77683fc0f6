import type { TokenCredential } from "@azure/identity";
import type { CloudEndpoints } from "../../domain/estate.ts";
import type { Result } from "../../ports.ts";
import { failureOf, refuse } from "../arm/failure.ts";
import { bounded, scopeOf } from "../arm/options.ts";

type Progress = { state: "running" | "succeeded" | "failed"; detail: string };

/**
 * One look at a running operation. Plain `fetch`, because the URL is signed and must go out as it came (azure-facts 13.2), while the
 * SDKs' pollers rebuild it, wait and read the resource afterwards.
 */
export function createOperationPoll(cloud: CloudEndpoints, credential: TokenCredential) {
  return async function poll(operation: string): Promise<Result<Progress>> {
    if (!isUnder(cloud.resourceManager, operation)) return refuse("invalid", "the operation's URL is not under the resource manager");
    const token = await credential.getToken(scopeOf(cloud.resourceManagerAudience));
    const response = await fetch(operation, {
      headers: { accept: "application/json", authorization: `Bearer ${token?.token ?? ""}` },
      redirect: "manual",
      signal: bounded().abortSignal,
    });
    const { status, error } = parse(await response.text());
    if (!response.ok) return failureOf(response.status, error?.code, error?.message ?? "the operation cannot be read", response.headers);
    return { ok: true, ...progressOf(response.status, status, error) };
  };
}

/** A token goes to the resource manager's host and its regional subdomains only. */
function isUnder(resourceManager: string, operation: string): boolean {
  if (!URL.canParse(operation)) return false;
  const [home, target] = [new URL(resourceManager), new URL(operation)];
  return target.protocol === "https:" && (target.host === home.host || target.host.endsWith(`.${home.host}`));
}

interface OperationError {
  code?: string;
  message?: string;
}

/**
 * The status decides, never the presence of `error`: Front Door sends `{"code":"None","message":null}` with every answer (azure-facts 13.1).
 * Without a status (polls by `Location`), 202 means still running.
 */
function progressOf(statusCode: number, status: string | undefined, error: OperationError | undefined): Progress {
  const detail = status ?? `HTTP ${statusCode}`;
  if (status === undefined) return { state: statusCode === 202 ? "running" : "succeeded", detail };
  if (/^succeeded$/i.test(status)) return { state: "succeeded", detail };
  if (/^(failed|canceled|cancelled)$/i.test(status)) {
    return { state: "failed", detail: refuse("invalid", `${status}: ${error?.code ?? ""} ${error?.message ?? ""}`).reason };
  }
  return { state: "running", detail };
}

function parse(text: string): { status?: string; error?: OperationError } {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null) return {};
    const status = "status" in body && typeof body.status === "string" ? { status: body.status } : {};
    const error = "error" in body && typeof body.error === "object" && body.error !== null ? body.error : {};
    const code = "code" in error && typeof error.code === "string" && error.code !== "None" ? { code: error.code } : {};
    const message = "message" in error && typeof error.message === "string" ? { message: error.message } : {};
    return { ...status, error: { ...code, ...message } };
  } catch {
    return {};
  }
}
