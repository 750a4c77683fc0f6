import { odata, type TableClient, type TransactionAction } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import type { StateStore } from "../../ports.ts";
import { checkedKey, fromEntity, toEntity } from "./entity.ts";
import { guardedTable, unless, type Bounded } from "./guarded-table.ts";
import { tableClient } from "./table-client.ts";

const MOST_ROWS_AT_ONCE = 100;

export interface StateStoreOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** 3–63 letters and digits, starting with a letter. */
  readonly tableName: string;
  readonly credential: TokenCredential;
}

type Rows<T> = { key: string; value: T; etag: string }[];

/** State in Azure Table Storage. What is neither done nor a conflict throws. */
export function createStateStore({ env, tableName, credential }: StateStoreOptions): StateStore {
  const table = tableClient(env, tableName, credential);
  const run = guardedTable(table);
  return {
    async get<T>(partition: string, key: string) {
      const [partitionKey, rowKey] = [checkedKey(partition), checkedKey(key)];
      const found = await run(`get ${partition}/${key}`, (options) => unless([404], table.getEntity(partitionKey, rowKey, options)));
      return found && { value: fromEntity<T>(found), etag: found.etag };
    },
    async list<T>(partition: string, fromKey?: string) {
      const filter = filterOf(partition, fromKey);
      return await run(`list ${partition}`, (options) => rowsOf<T>(table, filter, options));
    },
    async put(partition, key, value, etag) {
      const entity = toEntity(partition, key, value);
      // 404: the row that the caller read is gone, which is a conflict too.
      const outcome = await run(`put ${partition}/${key}`, (options) =>
        etag === undefined
          ? unless([409], table.createEntity(entity, options))
          : unless([412, 404], table.updateEntity(entity, "Replace", { ...options, etag })),
      );
      return outcome === undefined ? "conflict" : "written";
    },
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
      const [partitionKey, rowKey] = [checkedKey(partition), checkedKey(key)];
      await run(`remove ${partition}/${key}`, (options) => unless([404], table.deleteEntity(partitionKey, rowKey, options)));
    },
  };
}

function filterOf(partition: string, fromKey: string | undefined): string {
  const all = odata`PartitionKey eq ${checkedKey(partition)}`;
  return fromKey === undefined ? all : `${all} and ${odata`RowKey ge ${checkedKey(fromKey)}`}`;
}

/** The service returns the rows of a partition in the order of their keys. */
async function rowsOf<T>(table: TableClient, filter: string, options: Bounded): Promise<Rows<T>> {
  const rows: Rows<T> = [];
  for await (const entity of table.listEntities({ ...options, queryOptions: { filter } })) {
    rows.push({ key: entity.rowKey ?? "", value: fromEntity<T>(entity), etag: entity.etag });
  }
  return rows;
}
