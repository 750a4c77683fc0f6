/** Which deployment a single backend of a pool leads to, told by its URL and by names; never a guess between two. */
import type { FoundAccount, FoundBackend, FoundDeployment } from "../inventory.ts";
import type { Destinations } from "./destinations.ts";
import type { FindingCode } from "./findings.ts";

export interface Target {
  readonly account: FoundAccount;
  readonly deployment: FoundDeployment;
}

export type Decision =
  | { readonly ok: true; readonly target: Target }
  | {
      readonly ok: false;
      readonly code: FindingCode;
      readonly text: string;
      /** Where only the choice among the account's deployments is open. */
      readonly account?: FoundAccount;
    };

export function decideMember(pool: string, backend: FoundBackend, destinations: Destinations): Decision {
  const { url } = backend;
  if (url === undefined || !URL.canParse(url))
    return open("unknown-host", `its URL is ${url === undefined ? "not told" : `not a URL: ${url}`}`);
  const host = new URL(url).hostname;
  const { accounts, gateways, through } = destinations(host);
  const way = through.length === 0 ? host : `${host} (through ${through.join(", ")})`;
  if (accounts.length > 1)
    return open("several-accounts", `${way} leads to ${accounts.map(({ name }) => name).join(", ")}: a member must lead to one account`);
  const [account] = accounts;
  if (account !== undefined) return decideDeployment(pool, backend, new URL(url), account);
  if (gateways.length > 0)
    return open(
      "chained-gateway",
      `${way} is the gateway ${gateways.map(({ name }) => name).join(", ")}: list what stands behind it in its own pools`,
    );
  if (through.length > 0) return open("application-gateway", `${way} leads to no Foundry account that was read`);
  return open("unknown-host", `${way} is no Foundry account, gateway or Application Gateway that was read`);
}

/** A deployment's name in the URL decides. Otherwise the pool's and the backend's name tell, unless they contradict each other. */
function decideDeployment(pool: string, backend: FoundBackend, { pathname }: URL, account: FoundAccount): Decision {
  const { deployments } = account;
  const inPath = /\/deployments\/([^/]+)/i.exec(pathname)?.[1];
  if (inPath !== undefined) {
    const named = byName(deployments, inPath);
    return named
      ? { ok: true, target: { account, deployment: named } }
      : open("no-deployment", `${account.name} has no deployment ${inPath}`);
  }
  const hints = new Set([byName(deployments, pool), byEnding(deployments, backend.name)].filter((hint) => hint !== undefined));
  const only = deployments.length === 1 ? deployments[0] : undefined;
  const [deployment] = hints.size === 0 ? [only ?? onlyOfModel(deployments, pool)] : [...hints];
  if (hints.size <= 1 && deployment !== undefined) return { ok: true, target: { account, deployment } };
  if (deployments.length === 0) return open("no-deployment", `${account.name} has no deployment that could be read`);
  const names = (hints.size > 1 ? [...hints] : deployments).map(({ name }) => name).join(", ");
  const several = open("several-deployments", `${account.name} has several deployments that fit: ${names}`);
  // What the rest of the pool has in common settles no contradiction.
  return hints.size > 1 ? several : { ...several, account };
}

function open(code: FindingCode, text: string): Extract<Decision, { ok: false }> {
  return { ok: false, code, text };
}

/** Names of deployments are compared without regard to case. */
export function byName(deployments: readonly FoundDeployment[], name: string): FoundDeployment | undefined {
  return deployments.find((deployment) => deployment.name.toLowerCase() === name.toLowerCase());
}

/** `foundry-eastus2-gpt-4o-mini` ends with `gpt-4o-mini`: the longest name that a backend's ends with. */
function byEnding(deployments: readonly FoundDeployment[], backend: string): FoundDeployment | undefined {
  const ending = (name: string): boolean => ["-", "_", "."].some((mark) => backend.toLowerCase().endsWith(mark + name.toLowerCase()));
  return deployments.filter(({ name }) => ending(name)).sort((a, b) => b.name.length - a.name.length)[0];
}

function onlyOfModel(deployments: readonly FoundDeployment[], pool: string): FoundDeployment | undefined {
  const found = deployments.filter(({ model }) => model.name?.toLowerCase() === pool.toLowerCase());
  return found.length === 1 ? found[0] : undefined;
}
