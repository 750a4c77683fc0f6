/** One conversation on a terminal: signs in, asks every question, and shows who answered and what was tried again. */
import { createChat, regionOf } from "./chat.ts";
import type { Retry, Surroundings } from "./retry.ts";
import type { Settings } from "./settings.ts";
import { signIn, type OpenBrowser } from "./sign-in.ts";

export interface Terminal {
  /** Without a line feed of its own. */
  readonly write: (text: string) => void;
  readonly openBrowser: OpenBrowser;
  readonly questions: AsyncIterable<string> | Iterable<string>;
  readonly surroundings: Surroundings;
}

/** Tells how many questions stayed without an answer. */
export async function converse(settings: Settings, terminal: Terminal): Promise<number> {
  const { write, surroundings } = terminal;
  const token = await signIn(settings, terminal.openBrowser);
  await token();
  write(`Signed in as a ${settings.signIn.kind}.\n`);
  const ask = createChat({ settings, token, surroundings, onRetry: (retry) => write(`  ${retryText(retry)}\n`) });
  let unanswered = 0;
  for await (const question of terminal.questions) {
    write(`\n> ${question}\n`);
    const begun = surroundings.now();
    try {
      const { region, pieces } = await ask(question);
      write("  ");
      for await (const piece of pieces) write(piece);
      write(`\n  [answered by ${region ?? "an unnamed region"}, ${seconds(surroundings.now() - begun)}]\n`);
    } catch (error) {
      unanswered += 1;
      write(`  no answer after ${seconds(surroundings.now() - begun)}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return unanswered;
}

function retryText({ failure, attempt, waitMilliseconds, askedMilliseconds }: Retry): string {
  const region = regionOf(failure.headers);
  const what = failure.status === undefined ? "no answer" : `${failure.status}${region === undefined ? "" : ` from ${region}`}`;
  const asked = askedMilliseconds === undefined ? "" : ` (asked to wait ${seconds(askedMilliseconds)})`;
  return `attempt ${attempt}: ${what}${asked}; again in ${seconds(waitMilliseconds)}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
