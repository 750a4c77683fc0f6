/** Suspicions that alerts and breaker events raise. Nothing here decides: a suspicion has its targets put to a confirm burst, once. */
import { foldSuspicion, type Suspicion } from "../domain/signals.ts";
import type { Deps } from "../ports.ts";
import { putSuspicions, readSuspicions, type Memory, type Suspicions } from "./memory.ts";

export type Received = "raised" | "cleared" | "known" | "unknownTarget";

const MAX_ATTEMPTS = 10;

/** What is already known costs one read, however often it is sent. `raised`: its targets are to be probed now. */
export async function receive(deps: Deps, news: Suspicion): Promise<Received> {
  if (news.targets.length === 0) return "unknownTarget";
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const now = deps.clock.now().toISOString();
    const { value, etag } = await readSuspicions(deps);
    const { open, isNew } = foldSuspicion(value.open, news, deps.estate.detection, now);
    const starts = isNew && news.state === "raised";
    if (!starts && same(open, value.open)) return "known";
    const next = withReceived(value, open, starts ? news.key : null, now);
    if ((await putSuspicions(deps, next, etag)) === "written") return starts ? "raised" : news.state === "cleared" ? "cleared" : "known";
  }
  throw new Error(`The suspicions changed under ${MAX_ATTEMPTS} attempts in a row`);
}

function same(a: readonly Suspicion[], b: readonly Suspicion[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function withReceived({ receivedAt }: Suspicions, open: readonly Suspicion[], started: string | null, now: string): Suspicions {
  const keys = open.map((suspicion) => suspicion.key);
  const entries = keys.flatMap((key) => {
    const at = key === started ? now : receivedAt[key];
    return at === undefined ? [] : [[key, at] as const];
  });
  return { open, receivedAt: Object.fromEntries(entries) };
}

/** Cleared ones are remembered for a while, so that a late delivery does not raise them again. */
export function raised({ open }: Suspicions): readonly Suspicion[] {
  return open.filter((suspicion) => suspicion.state === "raised");
}

/** Targets of suspicions that came after the target's last confirm burst. */
export function suspectedTargets({ suspicions, watch }: Pick<Memory, "suspicions" | "watch">): readonly string[] {
  return raised(suspicions).flatMap(({ key, targets }) => {
    const received = suspicions.receivedAt[key];
    return received === undefined ? [] : targets.filter((id) => received > (watch.value.confirmed[id] ?? ""));
  });
}
