/** Where the app's notifications go in a drill: a webhook that keeps their texts. */
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";

export interface NotificationSink {
  /** For NOTIFY_WEBHOOK_URL. */
  readonly url: string;
  readonly texts: readonly string[];
  stop(): Promise<void>;
}

const Posted = z.object({ text: z.string() });

export async function startNotificationSink(onServer: (server: Server) => void = () => undefined): Promise<NotificationSink> {
  const texts: string[] = [];
  const server = createServer((request, response) => {
    json(request)
      .then((body) => texts.push(Posted.parse(body).text))
      .then(
        () => response.writeHead(202).end(),
        (error: unknown) => response.writeHead(400).end(String(error)),
      );
  });
  // Node's own connection timeouts run in real time, which virtual time may outlast: off.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  onServer(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/`, texts, stop };
}
