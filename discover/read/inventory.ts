import type { Inventory } from "../inventory.ts";
import { readAccounts } from "./accounts.ts";
import { readApplicationGateways } from "./application-gateways.ts";
import { readEdges } from "./edges.ts";
import { readGateways } from "./gateways.ts";
import type { Reader, Scope } from "./reader.ts";

/** The four kinds at once, each one call after the other: that spares the subscription's read budget. */
export async function readInventory(reader: Reader, scopes: readonly Scope[]): Promise<Inventory> {
  const overScopes = async <Found>(read: (reader: Reader, scope: Scope) => Promise<readonly Found[]>): Promise<readonly Found[]> => {
    const found: Found[] = [];
    for (const scope of scopes) found.push(...(await read(reader, scope)));
    return found;
  };
  const [accounts, gateways, edges, applicationGateways] = await Promise.all([
    overScopes(readAccounts),
    overScopes(readGateways),
    overScopes(readEdges),
    overScopes(readApplicationGateways),
  ]);
  return { accounts, gateways, edges, applicationGateways, unread: reader.unread };
}
