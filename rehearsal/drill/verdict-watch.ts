/** Which verdicts the app shows to whoever asks for its status, as an operator's dashboard would ask it. */
import { z } from "zod";
import type { Heard } from "./setting.ts";

const Status = z.object({ regions: z.array(z.object({ region: z.string(), foundry: z.object({ state: z.string() }) })) });

export interface VerdictWatch {
  readonly verdicts: Heard["verdicts"];
  stop(): void;
}

/** Asked once a probe interval, a second before the next round; an app that does not answer shows nothing. */
export function watchVerdicts(getStatus: () => Promise<unknown>, intervalSeconds: number): VerdictWatch {
  const verdicts: Record<string, string[]> = {};
  const look = async (): Promise<void> => {
    const { regions } = Status.parse(await getStatus());
    for (const { region, foundry } of regions) {
      const seen = (verdicts[region] ??= []);
      if (!seen.includes(foundry.state)) seen.push(foundry.state);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const start = setTimeout(
    () => {
      timer = setInterval(() => void look().catch(() => undefined), intervalSeconds * 1000);
    },
    (intervalSeconds - 1) * 1000,
  );
  return {
    verdicts,
    stop() {
      clearTimeout(start);
      clearInterval(timer);
    },
  };
}
