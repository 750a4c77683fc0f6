import type { ClientRequest } from "node:http";
import { subscribe, unsubscribe } from "node:diagnostics_channel";

export interface Sent {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** What went out through Node's HTTP client while `act` ran: the SDKs use it. */
export async function recorded(act: () => Promise<unknown>): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const record = (message: unknown): void => {
    if (isRequest(message)) sent.push({ method: message.request.method, path: message.request.path });
  };
  subscribe("http.client.request.start", record);
  try {
    await act();
  } finally {
    unsubscribe("http.client.request.start", record);
  }
  return sent;
}

function isRequest(message: unknown): message is { readonly request: ClientRequest } {
  return typeof message === "object" && message !== null && "request" in message;
}
