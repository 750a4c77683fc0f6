/** A second view of a deployment: a gateway of another region asks it, and says what it got. */
import type { Gateway } from "../../domain/estate.ts";
import { oneLine } from "../text.ts";
import { errorText, parseObject } from "./completion.ts";
import { outcomeOf, type Answer, type Finding } from "./finding.ts";

/**
 * How much longer than a probe a witness may take: its gateway gives up after the probe's deadline, and its answer has yet to arrive.
 */
export const WITNESS_GRACE_SECONDS = 1;

/**
 * The contract with the gateway's policy:
 *
 *     GET {gateway.url}{gateway.witnessPath, `{backend}` replaced by the backend's name}
 *     Authorization: Bearer <token of the managed identity for the cognitive-services audience>
 *
 * The policy validates the token (401, 403), refuses a backend that it does not know (404), asks that one backend for a completion as
 * tiny as a probe's, past every pool, retry and circuit breaker, and gives up after `detection.probeDeadlineSeconds` at most. It then answers
 * 200 with the JSON body `{"status": 503}`: the status that the backend gave, 0 when there was no answer at all. Whatever else the
 * gateway answers says nothing of the deployment.
 */
export function witnessUrl(gateway: Gateway, path: string, backend: string): string {
  return `${gateway.url}${path.replaceAll("{backend}", encodeURIComponent(backend))}`;
}

export function judgeWitness(gateway: Gateway, { status, body }: Answer): Finding {
  if (status !== 200) return unmeasured(`${gateway.id} answered ${status} ${errorText(body)}`);
  const answer = parseObject(body);
  const got = "status" in answer ? answer.status : undefined;
  if (got === 0) return { outcome: "failed", errorClass: "timeout", detail: `no answer to ${gateway.id}` };
  if (typeof got !== "number" || !Number.isInteger(got) || got < 100 || got > 599)
    return unmeasured(`${gateway.id} answered 200 without a status`);
  return { ...outcomeOf(got), statusCode: got, detail: `${got} to ${gateway.id}` };
}

/** The gateway could not be asked: not a word about the deployment, whatever class of failure it was. */
export function unmeasured(reason: string): Finding {
  return { outcome: "unmeasured", detail: oneLine(reason) };
}
