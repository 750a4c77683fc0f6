/** What people are told of a round, once: when it appears or changes its kind, not at every round. */
import type { Decision } from "../domain/decide.ts";
import type { Notice } from "../domain/notices.ts";
import type { Deps, Notification } from "../ports.ts";
import { appendAll, setAnnounced, type Memory, type NewEntry } from "./memory.ts";

interface News {
  readonly key: string;
  /** The same for the same news, whatever its numbers. */
  readonly signature: string;
  readonly entry: NewEntry;
  /** Null = it stands in the ledger alone. */
  readonly notification: Notification | null;
}

export async function announce(
  deps: Deps,
  { announced }: Pick<Memory, "announced">,
  decisions: readonly Decision[],
  notices: readonly Notice[],
): Promise<void> {
  const selfDoubt = notices.some((notice) => notice.code === "selfDoubt");
  const all = [
    ...decisions.flatMap((decision) => decisionNews(deps, decision, selfDoubt)),
    ...notices.map((notice) => noticeNews(deps, notice)),
  ];
  const next = Object.fromEntries(all.map(({ key, signature }) => [key, signature]));
  const fresh = all.filter(({ key, signature }) => announced[key] !== signature);
  const gone = Object.keys(announced).some((key) => next[key] === undefined);
  if (fresh.length === 0 && !gone) return;
  await appendAll(
    deps,
    null,
    fresh.map(({ entry }) => entry),
  );
  for (const { notification } of fresh) if (notification !== null) await deps.notifier.send(notification);
  await setAnnounced(deps, next);
}

function decisionNews(deps: Deps, decision: Decision, selfDoubtIsTold: boolean): readonly News[] {
  const { action, region, reason, guards, runbook, refusedBy } = decision;
  if (action !== "refuse" && action !== "recommend") return [];
  const title = titleOf(decision);
  const doubted = refusedBy === "selfDoubt";
  // When the prober itself is in doubt, nobody is helped by waiting: a person must look.
  const event = action === "recommend" ? "recommend" : doubted ? "page" : "refuse";
  return [
    {
      key: region,
      signature: `${action} ${refusedBy ?? runbook ?? ""}`,
      entry: { kind: "decide", text: `${title}: ${reason}`, data: { guards } },
      notification: doubted && selfDoubtIsTold ? null : { event, estate: deps.estate.name, region, title, reason },
    },
  ];
}

function titleOf({ action, region, runbook, scope, share }: Decision): string {
  const what = scope === null ? region : `${scope.join(", ")} of ${region}`;
  const done = runbook === "restore" ? "restored" : "evacuated";
  if (action === "refuse") return `${what} is not ${done}`;
  return `${what} would be ${done}${runbook === "restore" ? "" : ` to ${Math.round(share * 100)} %`}`;
}

const TITLES: Record<Notice["code"], string> = {
  selfDoubt: "the prober doubts itself",
  pressure: "under pressure",
  signalsMissing: "signals are missing",
};

function noticeNews(deps: Deps, { code, region, text }: Notice): News {
  const where = region ?? "all regions";
  const title = `${where}: ${TITLES[code]}`;
  const event = code === "pressure" ? "pressure" : "page";
  return {
    key: `${code} ${where}`,
    signature: "told",
    entry: { kind: "note", text: `${title}: ${text}` },
    notification: { event, estate: deps.estate.name, region: where, title, reason: text },
  };
}
