import type { TableClient } from "@azure/data-tables";
import { classify } from "../arm/failure.ts";

const DEADLINE_MILLISECONDS = 10_000;

export interface Bounded {
  readonly abortSignal: AbortSignal;
}

export type Guard = <T>(what: string, work: (options: Bounded) => Promise<T>) => Promise<T>;

/** Bounds every operation, creates the table on first use (a failed attempt is forgotten) and turns errors into one line without secrets. */
export function guardedTable(table: TableClient): Guard {
  let created: Promise<void> | undefined;
  return async function run(what, work) {
    const options = { abortSignal: AbortSignal.timeout(DEADLINE_MILLISECONDS) };
    try {
      created ??= table.createTable(options).catch((error: unknown) => {
        created = undefined;
        throw error;
      });
      await created;
      return await work(options);
    } catch (error) {
      throw new Error(`table ${table.tableName}, ${what}: ${classify(error).reason}`, { cause: error });
    }
  };
}

/** Undefined when the service refused with one of the statuses. */
export async function unless<T>(statuses: readonly number[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { statusCode } = classify(error);
    if (statusCode !== undefined && statuses.includes(statusCode)) return undefined;
    throw error;
  }
}
