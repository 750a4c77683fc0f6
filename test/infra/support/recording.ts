import type { ClientRequest, IncomingMessage } from "node:http";
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

/** The `Location` of every answer that came while `act` ran. */
export async function locations(act: () => Promise<unknown>): Promise<readonly string[]> {
  const found: string[] = [];
  const record = (message: unknown): void => {
    if (isAnswer(message) && message.response.headers.location !== undefined) found.push(message.response.headers.location);
  };
  subscribe("http.client.response.finish", record);
  try {
    await act();
  } finally {
    unsubscribe("http.client.response.finish", record);
  }
  return found;
}

function isAnswer(message: unknown): message is { readonly response: IncomingMessage } {
  return typeof message === "object" && message !== null && "response" in message;
}
