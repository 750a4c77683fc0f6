import type { CloudEndpoints } from "../../domain/estate.ts";

/** Most that one call to the control plane may take, its token included. */
const CALL_DEADLINE_MILLISECONDS = 15_000;

export function scopeOf(audience: string): string {
  return `${audience}/.default`;
}

export interface ArmOptions {
  readonly endpoint: string;
  readonly $host: string;
  readonly credentialScopes: string;
  readonly retryOptions: { readonly maxRetries: number };
}

/**
 * No retries inside a call: the SDKs honour `Retry-After` without a cap (azure-facts 0.4), so a throttled call would hold its activity
 * for minutes (372 s were seen, 13.4) and then report a deadline instead of the 429. Whoever asked decides when to ask again.
 */
export function armOptions(cloud: CloudEndpoints): ArmOptions {
  return {
    endpoint: cloud.resourceManager,
    $host: cloud.resourceManager,
    credentialScopes: scopeOf(cloud.resourceManagerAudience),
    retryOptions: { maxRetries: 0 },
  };
}

/** Options of every single call. */
export function bounded(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(CALL_DEADLINE_MILLISECONDS) };
}

/** Clients are made per subscription and kept: each holds its own token and connections. */
export function perSubscription<Client>(create: (subscription: string) => Client): (subscription: string) => Client {
  const clients = new Map<string, Client>();
  return function clientOf(subscription) {
    const client = clients.get(subscription) ?? create(subscription);
    clients.set(subscription, client);
    return client;
  };
}
