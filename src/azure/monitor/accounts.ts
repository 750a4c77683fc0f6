/** Which Foundry accounts the deployments belong to, and which of them one call can ask about. */
import type { Deployment } from "../../domain/estate.ts";
import { parentId, parseResourceId } from "../arm/resource-id.ts";
import { groupBy, slices } from "../collections.ts";
import type { MetricNames, NameFinder } from "./metric-names.ts";

/** Accounts of one subscription, one region and one set of names. */
export interface AccountGroup {
  /** Ids without a leading slash, in lower case. */
  readonly accounts: readonly string[];
  readonly region: string;
  readonly names: MetricNames;
  /** Some deployment of theirs is provisioned: only those have a utilisation. */
  readonly provisioned: boolean;
}

/** ARM compares ids without regard to case. */
export function accountKey(resourceId: string): string {
  return resourceId.replace(/^\/+|\/+$/g, "").toLowerCase();
}

export function accountOf({ resourceId }: Deployment): string {
  return accountKey(parentId(resourceId));
}

/** The deployment's name as the metrics' dimension has it, in lower case. */
export function deploymentName({ resourceId }: Deployment): string {
  return parseResourceId(resourceId).nameOf("deployments").toLowerCase();
}

export function countAccounts(deployments: readonly Deployment[]): number {
  return new Set(deployments.map(accountOf)).size;
}

/** Groups of at most `most` accounts. */
export async function groupAccounts(deployments: readonly Deployment[], findNames: NameFinder, most: number): Promise<AccountGroup[]> {
  const byAccount = groupBy(deployments, accountOf);
  const accounts = [...byAccount.keys()];
  const names = await findNames(accounts);
  const described = accounts.flatMap((account, index) => {
    const [own, named] = [byAccount.get(account) ?? [], names[index]];
    return named === undefined ? [] : [describe(account, own, named)];
  });
  const alike = groupBy(described, ({ subscription, region, names: { requests } }) => `${subscription} ${region} ${requests}`);
  return [...alike.values()].flatMap((group) => slices(group, most).flatMap(merge));
}

interface Account extends Omit<AccountGroup, "accounts"> {
  readonly account: string;
  readonly subscription: string;
}

function describe(account: string, deployments: readonly Deployment[], names: MetricNames): Account {
  return {
    account,
    names,
    subscription: parseResourceId(account).subscription,
    region: deployments[0]?.region ?? "",
    provisioned: deployments.some(({ deploymentType }) => deploymentType.includes("Provisioned")),
  };
}

function merge(alike: readonly Account[]): AccountGroup[] {
  const [first] = alike;
  if (first === undefined) return [];
  const provisioned = alike.some((account) => account.provisioned);
  return [{ accounts: alike.map(({ account }) => account), region: first.region, names: first.names, provisioned }];
}
