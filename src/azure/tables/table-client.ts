import { TableClient } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import { managedIdentity } from "../identity/credential.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Storage answers in milliseconds; two quick tries more, all of them within the deadline of the operation. */
const OPTIONS = { retryOptions: { maxRetries: 2, maxRetryDelayInMs: 1_000 } };

/**
 * The storage account of the Functions host, found as the host finds it: a connection string in `AzureWebJobsStorage`, or with a managed
 * identity `AzureWebJobsStorage__tableServiceUri` or `__accountName` (public cloud), and `__clientId` for a user-assigned one.
 */
export function tableClient(env: Environment, tableName: string, credential: TokenCredential): TableClient {
  const connection = env["AzureWebJobsStorage"];
  if (connection) {
    const insecure = saysHttp(connection) ? { allowInsecureConnection: true } : {};
    return TableClient.fromConnectionString(connection, tableName, { ...OPTIONS, ...insecure });
  }
  const clientId = env["AzureWebJobsStorage__clientId"];
  return new TableClient(serviceUri(env), tableName, clientId ? managedIdentity(clientId) : credential, OPTIONS);
}

function serviceUri(env: Environment): string {
  const uri = env["AzureWebJobsStorage__tableServiceUri"];
  if (uri) return uri;
  const account = env["AzureWebJobsStorage__accountName"];
  if (account) return `https://${account}.table.core.windows.net`;
  throw new Error("no storage: set AzureWebJobsStorage, AzureWebJobsStorage__tableServiceUri or AzureWebJobsStorage__accountName");
}

/** Plain HTTP needs a connection string that says so itself; identities never go over it. */
function saysHttp(connection: string): boolean {
  const settings = new Map(
    connection.split(";").map((part) => [part.split("=", 1)[0]?.trim().toLowerCase() ?? "", part.slice(part.indexOf("=") + 1).trim()]),
  );
  const endpoint = settings.get("tableendpoint");
  return endpoint ? endpoint.toLowerCase().startsWith("http://") : settings.get("defaultendpointsprotocol")?.toLowerCase() === "http";
}
