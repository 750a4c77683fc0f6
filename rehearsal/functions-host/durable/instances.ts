/** The instances on disk, with an index of how each stands. Histories are never kept in memory. */
import { executionId, type Parent } from "./history.ts";
import { type Instance, isEnded, type RuntimeStatus, type Store } from "./store.ts";

export interface InstanceStatus {
  readonly instanceId: string;
  readonly name: string;
  readonly runtimeStatus: RuntimeStatus;
  readonly input: unknown;
  readonly customStatus: unknown;
  readonly output: unknown;
  /** Milliseconds since the epoch. A run that continues as new keeps its start; its creation moves on, as in the extension. */
  readonly startedAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export class Instances {
  readonly #store: Store;
  readonly #known = new Map<string, Instance>();

  constructor(store: Store) {
    this.#store = store;
  }

  ids(): readonly string[] {
    return this.#store.ids();
  }

  /** From disk; throws CorruptHistoryError. */
  load(instanceId: string): Instance | undefined {
    const instance = this.#store.load(instanceId);
    if (instance !== undefined) {
      this.#remember(instance);
    }
    return instance;
  }

  /** A corrupt file is set aside, for inspection, and counts as none. */
  loadIfSound(instanceId: string): Instance | undefined {
    try {
      return this.load(instanceId);
    } catch {
      this.#store.setAside(instanceId);
      return undefined;
    }
  }

  save(instance: Instance): void {
    this.#store.save(instance);
    this.#remember(instance);
  }

  /** In the order of their start. */
  list(): readonly InstanceStatus[] {
    return [...this.#known.values()].map(statusOf).sort((a, b) => a.startedAt - b.startedAt || (a.instanceId < b.instanceId ? -1 : 1));
  }

  status(instanceId: string): InstanceStatus | undefined {
    const known = this.#known.get(instanceId);
    return known && statusOf(known);
  }

  /** What can still be said of an instance whose file is corrupt. */
  remains(instanceId: string, at: number): Instance {
    return this.#known.get(instanceId) ?? blank(instanceId, at);
  }

  #remember(instance: Instance): void {
    this.#known.set(instance.instanceId, { ...instance, history: [], inbox: [] });
  }
}

function blank(instanceId: string, at: number): Instance {
  return newInstance({ instanceId, name: "unknown", input: "null", parent: null, ordinal: 0, generation: 0 }, at);
}

export interface NewInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly input: string;
  readonly parent: Parent | null;
  readonly ordinal: number;
  readonly generation: number;
}

export function newInstance(start: NewInstance, at: number): Instance {
  return {
    ...start,
    executionId: executionId(start.instanceId, start.ordinal),
    status: "Pending",
    customStatus: null,
    output: null,
    startedAt: at,
    createdAt: at,
    updatedAt: at,
    isContinued: false,
    inbox: [],
    activities: [],
    timers: [],
    children: [],
    history: [],
  };
}

export function hasWork(instance: Instance): boolean {
  return !isEnded(instance.status) && (instance.isContinued || instance.inbox.length > 0);
}

function statusOf(instance: Instance): InstanceStatus {
  return {
    instanceId: instance.instanceId,
    name: instance.name,
    runtimeStatus: instance.status,
    input: JSON.parse(instance.input) as unknown,
    customStatus: instance.customStatus,
    output: instance.output,
    startedAt: instance.startedAt,
    createdAt: instance.createdAt,
    updatedAt: instance.updatedAt,
  };
}
