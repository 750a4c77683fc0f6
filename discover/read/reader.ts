/** How the platform is asked: patiently, because a person waits and not a timer, and without giving up on the rest. */
import type { TokenCredential } from "@azure/identity";
import { classify } from "../../src/azure/arm/failure.ts";
import { armOptions, bounded } from "../../src/azure/arm/options.ts";
import type { CloudEndpoints } from "../../src/domain/estate.ts";
import type { Unread } from "../inventory.ts";

const ATTEMPTS = 4;
/** Where Azure names no time; Front Door's profile reads ask for 372 s (azure-facts 13.4). */
const FIRST_WAIT_SECONDS = 2;

export interface ReaderOptions {
  readonly cloud: CloudEndpoints;
  readonly credential: TokenCredential;
  readonly wait: (seconds: number) => Promise<void>;
  /** Told of waits, which would look like a hang otherwise. */
  readonly tell: (line: string) => void;
}

export interface Reader {
  readonly credential: TokenCredential;
  readonly options: ReturnType<typeof armOptions>;
  readonly unread: readonly Unread[];
  /** All items of a list; undefined, with the reason in `unread`, when it cannot be had. */
  list<Item>(where: string, start: (options: ReturnType<typeof bounded>) => AsyncIterable<Item>): Promise<readonly Item[] | undefined>;
  /** One answer; undefined too when there is no such thing, which is no problem. */
  get<Item>(where: string, start: (options: ReturnType<typeof bounded>) => Promise<Item>): Promise<Item | undefined>;
}

export function createReader({ cloud, credential, wait, tell }: ReaderOptions): Reader {
  const unread: Unread[] = [];

  async function patiently<Out>(where: string, work: () => Promise<Out>, absentIsFine: boolean): Promise<Out | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        const failure = classify(error);
        if (failure.kind === "missing" && absentIsFine) return undefined;
        if (failure.kind !== "busy" || attempt === ATTEMPTS) {
          unread.push({ where, reason: failure.reason });
          return undefined;
        }
        const seconds = failure.retryAfterSeconds ?? FIRST_WAIT_SECONDS ** attempt;
        tell(`${where}: ${failure.reason}; again in ${seconds} s`);
        await wait(seconds);
      }
    }
  }

  return {
    credential,
    options: armOptions(cloud),
    unread,
    list: (where, start) => patiently(where, () => collect(start(bounded())), false),
    get: (where, start) => patiently(where, () => start(bounded()), true),
  };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A subscription, or some resource groups of it. */
export interface Scope {
  readonly subscription: string;
  readonly resourceGroups: readonly string[];
}

type Start<Item> = (options: ReturnType<typeof bounded>) => AsyncIterable<Item>;

/** A type's list over the whole scope: by subscription, or by each of its groups. */
export async function listScope<Item>(
  reader: Reader,
  { subscription, resourceGroups }: Scope,
  what: string,
  lists: { readonly all: Start<Item>; readonly of: (group: string) => Start<Item> },
): Promise<readonly Item[]> {
  const starts =
    resourceGroups.length === 0
      ? [{ where: subscription, start: lists.all }]
      : resourceGroups.map((group) => ({ where: `${subscription}/${group}`, start: lists.of(group) }));
  const found: Item[] = [];
  for (const { where, start } of starts) found.push(...((await reader.list(`${what} of ${where}`, start)) ?? []));
  return found;
}
