/** A state store in memory with real ETag semantics: every write makes a new version, and nothing is shared with the caller. */
import type { StateStore } from "../../src/ports.ts";

export interface FakeStore extends StateStore {
  /** While true every call fails, as if the storage account were down. */
  down: boolean;
  /** Asked before each write; a rejection fails the write, a wait delays it. */
  beforeWrite: (partition: string, key: string) => void | Promise<void>;
  keys(partition: string): readonly string[];
  /** Of the table service, reads and writes alike. */
  operations: number;
}

const copy = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

export function fakeStore(journal: string[]): FakeStore {
  const rows = new Map<string, { partition: string; key: string; value: unknown; etag: string }>();
  let versions = 0;
  const path = (partition: string, key: string): string => `${partition}/${key}`;
  const reach = async (): Promise<void> => {
    await Promise.resolve();
    store.operations += 1;
    if (store.down) throw new Error("the table cannot be reached");
  };
  const write = (partition: string, key: string, value: unknown): void => {
    rows.set(path(partition, key), { partition, key, value: copy(value), etag: `v${(versions += 1)}` });
  };
  const store: FakeStore = {
    down: false,
    operations: 0,
    beforeWrite: () => undefined,
    keys: (partition) => [...rows.values()].flatMap((row) => (row.partition === partition ? [row.key] : [])).sort(),
    async get<T>(partition: string, key: string) {
      await reach();
      const row = rows.get(path(partition, key));
      return row && { value: copy(row.value) as T, etag: row.etag };
    },
    async list<T>(partition: string, fromKey = "") {
      await reach();
      const found = [...rows.values()].filter((row) => row.partition === partition && row.key >= fromKey);
      return found.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, value, etag }) => ({ key, value: copy(value) as T, etag }));
    },
    async put(partition, key, value, etag) {
      await reach();
      await store.beforeWrite(partition, key);
      if (rows.get(path(partition, key))?.etag !== etag) return "conflict";
      write(partition, key, value);
      journal.push(`put ${path(partition, key)}`);
      return "written";
    },
    async set(partition, key, value) {
      await reach();
      await store.beforeWrite(partition, key);
      write(partition, key, value);
      journal.push(`set ${path(partition, key)}`);
    },
    async setMany(partition, many) {
      await reach();
      await store.beforeWrite(partition, many[0]?.key ?? "");
      for (const { key, value } of many) write(partition, key, value);
      journal.push(`setMany ${partition}`);
    },
    async remove(partition, key) {
      await reach();
      rows.delete(path(partition, key));
      journal.push(`remove ${path(partition, key)}`);
    },
  };
  return store;
}
