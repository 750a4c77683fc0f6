import type { Notification, Notifier } from "../../ports.ts";

const DEADLINE_MILLISECONDS = 5_000;

interface CardAttachment {
  readonly contentType: string;
  readonly content: object;
}

type Warn = (message: string, fields: Readonly<Record<string, unknown>>) => void;

interface NotifierOptions {
  /** A secret: it is never logged. Undefined = nobody wants to be notified. */
  readonly webhookUrl: string | undefined;
  /** Told of what was not delivered; a process warning when absent. */
  readonly warn?: Warn;
}

/** Posts to a Slack, Teams or own webhook. */
export function createNotifier({ webhookUrl, warn = emitWarning }: NotifierOptions): Notifier {
  return {
    async send(notification) {
      if (!webhookUrl) return;
      const outcome = await post(webhookUrl, notification);
      if (outcome !== "sent") warn("notification not delivered", { event: notification.event, region: notification.region, outcome });
    },
  };
}

/** Error messages of `fetch` may hold the URL, so only an error's name leaves this function. */
async function post(webhookUrl: string, notification: Notification): Promise<string> {
  try {
    const response = await fetch(webhookUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(payload(notification, isSlack(webhookUrl))),
      redirect: "manual",
      signal: AbortSignal.timeout(DEADLINE_MILLISECONDS),
    });
    await response.body?.cancel();
    return response.ok ? "sent" : `HTTP ${response.status}`;
  } catch (error) {
    return error instanceof Error ? error.name : "error";
  }
}

/** `text` is what Slack and classic connectors show; a Teams workflow wants an adaptive card, which Slack would take for its own attachments. */
function payload(notification: Notification, slack: boolean): object {
  const { event, estate, region, title, reason, run } = notification;
  const text = `[${estate}] ${title}\n${reason}${run === undefined ? "" : `\nrun ${run}`}`;
  const facts = { event, estate, region, title, reason, ...(run === undefined ? {} : { run }) };
  return slack ? { text } : { text, ...facts, type: "message", attachments: [card(title, facts)] };
}

function card(title: string, facts: Readonly<Record<string, string>>): CardAttachment {
  return {
    contentType: "application/vnd.microsoft.card.adaptive",
    content: {
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.4",
      body: [
        { type: "TextBlock", text: title, weight: "Bolder", wrap: true },
        { type: "FactSet", facts: Object.entries(facts).map(([name, value]) => ({ title: name, value })) },
      ],
    },
  };
}

function emitWarning(...[message, fields]: Parameters<Warn>): void {
  process.emitWarning(`${message}: ${JSON.stringify(fields)}`);
}

function isSlack(webhookUrl: string): boolean {
  return URL.canParse(webhookUrl) && new URL(webhookUrl).hostname.endsWith("slack.com");
}
