/** The conversation that `npm run client` shows: the client as it is, while its regions fail. */
import { DIRECTORY, type ClientStage } from "../../rehearsal/cli/client-stage.ts";
import { followSignIn } from "../../rehearsal/azure/browser.ts";
import { converse } from "./converse.ts";
import type { Surroundings } from "./retry.ts";
import type { Settings, SignIn } from "./settings.ts";

export interface Rehearsed {
  readonly stage: ClientStage;
  readonly kind: SignIn["kind"];
  readonly stream: boolean;
  readonly surroundings: Surroundings;
  readonly write: (text: string) => void;
}

const QUOTA_SECONDS = 2;

export async function rehearse({ stage, kind, stream, surroundings, write }: Rehearsed): Promise<number> {
  const { tenant, clientId, audience } = DIRECTORY;
  if (kind === "service") Object.assign(process.env, { IDENTITY_ENDPOINT: stage.identityEndpoint, IDENTITY_HEADER: stage.identityHeader });
  const settings: Settings = {
    endpoint: stage.endpoint,
    model: stage.model,
    audience,
    signIn: kind === "person" ? { kind, tenant, clientId, authority: stage.authority } : { kind, clientId: undefined },
    giveUpAfterSeconds: 90,
    stream,
    browser: false,
    questions: [],
  };
  const openBrowser = async (url: string): Promise<void> => {
    write(`Signing in at ${new URL(url).origin}${new URL(url).pathname}\n`);
    await followSignIn(url);
  };
  return converse(settings, { write, openBrowser, surroundings, questions: questions(stage, write) });
}

function* questions(stage: ClientStage, write: Rehearsed["write"]): Generator<string> {
  const happens = (text: string): void => write(`\n--- ${text}\n`);
  yield "Who answers?";
  happens(`Foundry in ${stage.region} fails: every call gets 500`);
  stage.breakFoundry(stage.region, 500);
  yield "Who answers now?";
  yield "And from now on?";
  happens(`For ${QUOTA_SECONDS} s no region has quota left`);
  stage.exhaustQuota(QUOTA_SECONDS);
  yield "Does a client wait as long as it is asked to?";
}
