import { odata, type TransactionAction } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import type { StateStore } from "../../ports.ts";
import { classify } from "../arm/failure.ts";
import { checkedKey, fromEntity, toEntity } from "./entity.ts";
import { tableClient } from "./table-client.ts";

const DEADLINE_MILLISECONDS = 10_000;
const MOST_ROWS_AT_ONCE = 100;

export interface StateStoreOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** 3–63 letters and digits, starting with a letter. */
  readonly tableName: string;
  readonly credential: TokenCredential;
}

type Bounded = { abortSignal: AbortSignal };
type Rows<T> = { key: string; value: T; etag: string }[];

/** State in Azure Table Storage. What is neither done nor a conflict throws one line without secrets. */
export function createStateStore({ env, tableName, credential }: StateStoreOptions): StateStore {
  const table = tableClient(env, tableName, credential);
  let created: Promise<void> | undefined;

  /** Creates the table on first use; a failed attempt is forgotten. */
  async function run<T>(what: string, work: (options: Bounded) => Promise<T>): Promise<T> {
    const options = { abortSignal: AbortSignal.timeout(DEADLINE_MILLISECONDS) };
    try {
      created ??= table.createTable(options).catch((error: unknown) => {
        created = undefined;
        throw error;
      });
      await created;
      return await work(options);
    } catch (error) {
      throw new Error(`table ${tableName}, ${what}: ${classify(error).reason}`);
    }
  }

  async function write(partition: string, key: string, value: unknown, etag: string | undefined): Promise<"written" | "conflict"> {
    const entity = toEntity(partition, key, value);
    return await run(`put ${partition}/${key}`, async (options) => {
      // 404: the row that the caller read is gone, which is a conflict too.
      const outcome =
        etag === undefined
          ? await unless([409], table.createEntity(entity, options))
          : await unless([412, 404], table.updateEntity(entity, "Replace", { ...options, etag }));
      return outcome === undefined ? "conflict" : "written";
    });
  }

  async function list<T>(partition: string, fromKey?: string): Promise<Rows<T>> {
    const all = odata`PartitionKey eq ${checkedKey(partition)}`;
    const filter = fromKey === undefined ? all : `${all} and ${odata`RowKey ge ${checkedKey(fromKey)}`}`;
    return await run(`list ${partition}`, async (options) => {
      const rows: Rows<T> = [];
      for await (const entity of table.listEntities({ ...options, queryOptions: { filter } })) {
        rows.push({ key: entity.rowKey ?? "", value: fromEntity<T>(entity), etag: entity.etag });
      }
      return rows;
    });
  }

  return {
    get: <T>(partition: string, key: string) =>
      run(`get ${partition}/${key}`, async (options) => {
        const found = await unless([404], table.getEntity(checkedKey(partition), checkedKey(key), options));
        return found && { value: fromEntity<T>(found), etag: found.etag };
      }),
    list,
    put: write,
    async set(partition, key, value) {
      const entity = toEntity(partition, key, value);
      await run(`set ${partition}/${key}`, (options) => table.upsertEntity(entity, "Replace", options));
    },
    async setMany(partition, rows) {
      if (rows.length === 0) return;
      if (rows.length > MOST_ROWS_AT_ONCE) throw new Error(`${rows.length} rows at once, at most ${MOST_ROWS_AT_ONCE}`);
      const actions = rows.map(({ key, value }): TransactionAction => ["upsert", toEntity(partition, key, value), "Replace"]);
      await run(`set ${rows.length} rows of ${partition}`, (options) => table.submitTransaction(actions, options));
    },
    async remove(partition, key) {
      await run(`remove ${partition}/${key}`, (options) => unless([404], table.deleteEntity(checkedKey(partition), checkedKey(key), options)));
    },
  };
}

/** Undefined when the service refused with one of the statuses. */
async function unless<T>(statuses: readonly number[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { statusCode } = classify(error);
    if (statusCode !== undefined && statuses.includes(statusCode)) return undefined;
    throw error;
  }
}
