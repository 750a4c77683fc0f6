/** The pools of the gateways: member by member, and then as a whole. */
import type { FoundBackend, FoundGateway } from "../inventory.ts";
import { hostOf } from "../read/text.ts";
import type { Destinations } from "./destinations.ts";
import { note, undecided, type Finding } from "./findings.ts";
import { byName, decideMember, type Decision, type Target } from "./member.ts";
import { usable } from "./usable.ts";

export interface DecidedPool {
  readonly gateway: FoundGateway;
  readonly name: string;
  readonly members: readonly DecidedMember[];
}

interface DecidedMember {
  readonly backend: string;
  readonly target: Target;
}

type Report = (finding: Finding) => void;

/** API Management allows no more in a pool (azure-facts 1.4). */
const MOST_MEMBERS = 30;

export function decidePools(gateway: FoundGateway, destinations: Destinations, report: Report): readonly DecidedPool[] {
  const decided: DecidedPool[] = [];
  for (const { name, members } of gateway.backends) {
    if (members === undefined) continue;
    const where = `${gateway.name}, pool ${name}`;
    const judged = judge(gateway, name, members, destinations);
    if (judged.length > MOST_MEMBERS) {
      report(undecided("too-many-members", where, `it has ${judged.length} members; an estate takes ${MOST_MEMBERS} at most`));
    } else if (judged.every(({ decision }) => !decision.ok && decision.code === "unknown-host")) {
      // Not the whole URLs: some carry keys.
      const hosts = judged.map(({ backend: { url } }) => (url === undefined ? "(no URL)" : hostOf(url))).join(", ");
      report(note("foreign-pool", where, `none of its members is a Foundry account that was read: ${hosts}`));
    } else {
      const own = judged.flatMap(({ backend, decision }) => decideOne(where, backend, decision, report));
      const free = firstOfEach(where, own, report).filter((member) => isFree(where, member, decided, report));
      reportWhole(where, free, judged.length, report);
      if (free.length > 0) decided.push({ gateway, name, members: free });
    }
  }
  return decided;
}

interface Judged {
  readonly backend: FoundBackend;
  readonly decision: Decision;
}

function judge({ backends }: FoundGateway, pool: string, members: readonly string[], destinations: Destinations): readonly Judged[] {
  const find = (member: string): FoundBackend =>
    backends.find(({ name }) => name.toLowerCase() === member) ?? { name: member, url: undefined, members: undefined };
  return agreeOnName(members.map(find).map((backend) => ({ backend, decision: decideMember(pool, backend, destinations) })));
}

/** Members left open by names may still be told by what all of the pool have in common: one deployment name in every account. */
function agreeOnName(judged: readonly Judged[]): readonly Judged[] {
  const accounts = judged.map(({ decision }) => (decision.ok ? decision.target.account : decision.account)).filter((a) => a !== undefined);
  const [first, ...others] = accounts;
  const common = (first?.deployments ?? []).filter(({ name }) => others.every(({ deployments }) => byName(deployments, name)));
  const [shared] = common;
  if (shared === undefined || common.length > 1 || others.length === 0) return judged;
  return judged.map(({ backend, decision }) => {
    const account = decision.ok ? undefined : decision.account;
    const deployment = account && byName(account.deployments, shared.name);
    return { backend, decision: account && deployment ? { ok: true, target: { account, deployment } } : decision };
  });
}

function decideOne(where: string, { name: backend }: FoundBackend, decision: Decision, report: Report): readonly DecidedMember[] {
  const problem = decision.ok ? usable(decision.target) : decision;
  if (problem !== undefined) report(undecided(problem.code, `${where}, member ${backend}`, problem.text));
  return decision.ok && problem === undefined ? [{ backend, target: decision.target }] : [];
}

/** A deployment has one member in a pool: an estate that named two of them would be refused as a whole. */
function firstOfEach(where: string, members: readonly DecidedMember[], report: Report): readonly DecidedMember[] {
  return members.filter(({ backend, target }, index) => {
    const first = members.findIndex((member) => member.target.deployment === target.deployment);
    if (first === index) return true;
    const text = `it leads to ${target.account.name}/${target.deployment.name}, as ${members[first]?.backend ?? ""} does: keep one of them`;
    report(undecided("same-deployment", `${where}, member ${backend}`, text));
    return false;
  });
}

/** A backend's breaker and its witness are of one deployment, so an estate lets it lead to one only. */
function isFree(where: string, { backend, target }: DecidedMember, earlier: readonly DecidedPool[], report: Report): boolean {
  const other = earlier.find(({ members }) =>
    members.some((member) => member.backend === backend && member.target.deployment !== target.deployment),
  );
  if (other !== undefined)
    report(
      undecided(
        "shared-backend",
        `${where}, member ${backend}`,
        `the backend serves pool ${other.name} too, with another deployment: give each pool a backend of its own`,
      ),
    );
  return other === undefined;
}

function reportWhole(where: string, members: readonly DecidedMember[], all: number, report: Report): void {
  const models = new Set(members.map(({ target }) => `${target.deployment.model.name} ${target.deployment.model.version}`));
  if (models.size > 1)
    report(
      note(
        "model-mismatch",
        where,
        `its members serve different models (${[...models].join(", ")}): name substitutes under safety.substitutes, or no traffic moves between them`,
      ),
    );
  if (all === 1) report(note("single-member", where, "it has one member only: there is nobody to move its traffic to"));
}
