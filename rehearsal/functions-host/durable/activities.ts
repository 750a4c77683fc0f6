/** The work-item queue: activities wait here, run a bounded number at a time, and come back only after their invisibility. */
import type { Worker } from "../worker.ts";
import { runActivity } from "./activity.ts";
import type { Agenda } from "./agenda.ts";
import type { HistoryEvent } from "./history.ts";
import type { Instances } from "./instances.ts";
import type { Instance, PendingActivity } from "./store.ts";

export interface ActivityQueueOptions {
  readonly agenda: Agenda;
  readonly instances: Instances;
  readonly worker: Worker;
  readonly maxConcurrent: number;
  /** How long an activity that a host has taken stays away from every other. */
  readonly visibilityMilliseconds: number;
  readonly hopMilliseconds: number;
  /** Runs work on an instance; an error fails the instance. */
  readonly guard: (instanceId: string, work: () => void) => void;
  readonly post: (instance: Instance, message: HistoryEvent) => void;
  readonly onStarted: (instanceId: string, activity: PendingActivity) => void;
  readonly onCompleted: (instanceId: string, activity: PendingActivity) => void;
}

export class ActivityQueue {
  readonly #options: ActivityQueueOptions;
  readonly #waiting: { instanceId: string; executionId: string; eventId: number }[] = [];
  #running = 0;

  constructor(options: ActivityQueueOptions) {
    this.#options = options;
  }

  schedule({ instanceId, executionId }: Instance, { eventId, dequeuedAt }: PendingActivity): void {
    const { agenda, visibilityMilliseconds, hopMilliseconds } = this.#options;
    const invisible = dequeuedAt === undefined ? 0 : dequeuedAt + visibilityMilliseconds - Date.now();
    agenda.later(Math.max(invisible, hopMilliseconds), () => {
      this.#waiting.push({ instanceId, executionId, eventId });
      this.#startSome();
    });
  }

  #startSome(): void {
    while (this.#running < this.#options.maxConcurrent && !this.#options.agenda.isDraining) {
      const item = this.#waiting.shift();
      if (item === undefined) {
        return;
      }
      this.#options.guard(item.instanceId, () => {
        const instance = this.#options.instances.load(item.instanceId);
        const activity = instance?.activities.find(({ eventId }) => eventId === item.eventId);
        if (instance?.executionId === item.executionId && activity !== undefined) {
          this.#start(instance, activity);
        }
      });
    }
  }

  #start(instance: Instance, activity: PendingActivity): void {
    const { instances, agenda, worker, guard, onStarted } = this.#options;
    const { instanceId } = instance;
    const activities = instance.activities.map((each) => (each === activity ? { ...each, dequeuedAt: Date.now() } : each));
    instances.save({ ...instance, activities });
    this.#running += 1;
    onStarted(instanceId, activity);
    agenda.track(
      runActivity(worker, instanceId, activity).then((event) => {
        this.#running -= 1;
        guard(instanceId, () => this.#complete(instanceId, instance.executionId, activity, event));
        this.#startSome();
      }),
    );
  }

  #complete(instanceId: string, executionId: string, activity: PendingActivity, event: HistoryEvent): void {
    const instance = this.#options.instances.load(instanceId);
    const others = instance?.activities.filter(({ eventId }) => eventId !== activity.eventId) ?? [];
    if (instance?.executionId !== executionId || others.length === instance.activities.length) {
      return;
    }
    this.#options.post({ ...instance, activities: others }, event);
    this.#options.onCompleted(instanceId, activity);
  }
}
