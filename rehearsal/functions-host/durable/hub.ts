/**
 * The task hub: runs turns, activities and timers of the instances on disk. All state is on disk before anything follows from it, and
 * every turn replays what is there, so that another hub on the same directory goes on where this one was killed.
 */
import { randomUUID } from "node:crypto";
import { ActivityQueue } from "./activities.ts";
import type { Agenda } from "./agenda.ts";
import type { DurableCounts, HubOptions } from "./hub-options.ts";
import * as events from "./history.ts";
import { hasWork, Instances, newInstance } from "./instances.ts";
import { type Instance, isEnded, type PendingActivity, type PendingTimer, type RuntimeStatus } from "./store.ts";
import { type Answer, beginTurn, endInstance, endTurn, readAnswer, readFailure, type Scheduled, triggerInput, type Turn } from "./turn.ts";

/** Whether a message to an instance was taken. */
export type Delivery = "accepted" | "ended" | "unknown";

export class TaskHub {
  readonly counts: DurableCounts = { starts: 0, turns: 0, activities: 0, timersFired: 0, eventsRaised: 0 };
  readonly instances: Instances;
  readonly #options: HubOptions;
  readonly #agenda: Agenda;
  readonly #activities: ActivityQueue;
  /** Instances with a turn to come or under way: one at a time. */
  readonly #turns = new Set<string>();

  constructor(options: HubOptions) {
    this.#options = options;
    this.#agenda = options.agenda;
    this.instances = new Instances(options.store);
    this.#activities = new ActivityQueue({
      agenda: this.#agenda,
      instances: this.instances,
      worker: options.worker,
      maxConcurrent: options.settings.maxConcurrentActivities,
      visibilityMilliseconds: options.settings.activityVisibilityMilliseconds,
      hopMilliseconds: options.latency.activityMilliseconds,
      guard: (instanceId, work) => this.#guard(instanceId, work),
      post: (instance, message) => this.#post(instance, message),
      onStarted: (instanceId, activity) => {
        this.counts.activities += 1;
        this.#emitActivity("activityStarted", instanceId, activity);
      },
      onCompleted: (instanceId, activity) => this.#emitActivity("activityCompleted", instanceId, activity),
    });
  }

  /** Goes on with whatever is on disk. */
  resume(): void {
    for (const instanceId of this.instances.ids()) {
      this.#guard(instanceId, () => {
        const instance = this.instances.load(instanceId);
        if (instance !== undefined && !isEnded(instance.status)) {
          this.#resumeInstance(instance);
        }
      });
    }
  }

  /** `input` is JSON text. A start that meets a pending instance of its id joins it: one execution, as in the real host. */
  start(
    name: string,
    input: string,
    instanceId: string = randomUUID().replaceAll("-", ""),
  ): { instanceId: string } | { conflict: RuntimeStatus } {
    this.#refuseWhenDead();
    const existing = this.instances.status(instanceId)?.runtimeStatus;
    if (existing === "Running") {
      return { conflict: existing };
    }
    if (existing !== "Pending") {
      this.#create(instanceId, name, input, null);
    }
    return { instanceId };
  }

  /** `input` is JSON text. */
  raiseEvent(instanceId: string, name: string, input: string): Delivery {
    this.counts.eventsRaised += 1;
    return this.#send(instanceId, events.eventRaised(name, input, Date.now()));
  }

  terminate(instanceId: string, reason: string): Delivery {
    return this.#send(instanceId, events.executionTerminated(reason, Date.now()));
  }

  /** A request that was under way when the host was killed. */
  #refuseWhenDead(): void {
    if (this.#agenda.isDead) {
      throw new Error("The host was killed.");
    }
  }

  #send(instanceId: string, message: events.HistoryEvent): Delivery {
    this.#refuseWhenDead();
    const known = this.instances.status(instanceId);
    if (known === undefined) {
      return "unknown";
    }
    if (isEnded(known.runtimeStatus)) {
      return "ended";
    }
    this.#guard(instanceId, () => {
      const instance = this.instances.load(instanceId);
      if (instance !== undefined) {
        this.#post(instance, message);
      }
    });
    return "accepted";
  }

  #create(instanceId: string, name: string, input: string, parent: events.Parent | null): void {
    const before = this.instances.loadIfSound(instanceId);
    const ordinal = before === undefined ? 0 : before.ordinal + 1;
    const generation = before === undefined ? 0 : before.generation + 1;
    const at = Date.now();
    const instance = newInstance({ instanceId, name, input, parent, ordinal, generation }, at);
    this.instances.save({ ...instance, inbox: [events.executionStarted(instance, at)] });
    this.counts.starts += 1;
    this.#options.emit({ kind: "instanceStarted", instanceId, name, status: "Pending" });
    this.#scheduleTurn(instanceId, this.#options.latency.startMilliseconds);
  }

  #resumeInstance(instance: Instance): void {
    if (hasWork(instance)) {
      this.#scheduleTurn(instance.instanceId, this.#options.latency.messageMilliseconds);
    }
    instance.activities.forEach((activity) => this.#activities.schedule(instance, activity));
    instance.timers.forEach((timer) => this.#armTimer(instance, timer));
    for (const child of instance.children) {
      const parent = parentOf(instance, child.eventId);
      const there = this.instances.loadIfSound(child.instanceId);
      if (there === undefined) {
        this.#create(child.instanceId, child.name, JSON.stringify(child.input ?? null), parent);
      } else if (isEnded(there.status)) {
        this.#tellParent(there, parent);
      }
    }
  }

  #scheduleTurn(instanceId: string, milliseconds: number): void {
    if (!this.#turns.has(instanceId)) {
      this.#turns.add(instanceId);
      this.#agenda.later(milliseconds, () => this.#agenda.track(this.#turn(instanceId)));
    }
  }

  async #turn(instanceId: string): Promise<void> {
    try {
      await this.#runTurn(instanceId);
    } catch (error) {
      this.#fail(instanceId, error);
    }
    this.#turns.delete(instanceId);
    this.#guard(instanceId, () => {
      const instance = this.instances.load(instanceId);
      if (instance !== undefined && hasWork(instance)) {
        this.#scheduleTurn(instanceId, instance.isContinued ? 0 : this.#options.latency.messageMilliseconds);
      }
    });
  }

  async #runTurn(instanceId: string): Promise<void> {
    const before = this.instances.load(instanceId);
    if (before === undefined || isEnded(before.status)) {
      return;
    }
    const terminated = before.inbox.find(({ EventType }) => EventType === events.EVENT.executionTerminated);
    if (terminated !== undefined) {
      this.#end(endInstance(before, "Terminated", terminated["Input"], Date.now()));
      return;
    }
    const turn = beginTurn(before, Date.now());
    const answer = turn && (await this.#execute(before, turn));
    if (turn !== undefined && answer !== undefined && !this.#agenda.isDead) {
      this.#endTurn(before, turn, answer);
    }
  }

  async #execute(instance: Instance, turn: Turn): Promise<Answer> {
    this.counts.turns += 1;
    const { worker } = this.#options;
    const called = worker.find(instance.name, "orchestrationTrigger");
    if (called === undefined) {
      return readFailure(new Error(`The function '${instance.name}' doesn't exist, is disabled, or is not an orchestrator function.`));
    }
    return await worker.invoke(called, triggerInput(instance, turn)).then(readAnswer, readFailure);
  }

  #endTurn(before: Instance, turn: Turn, answer: Answer): void {
    const current = this.instances.load(before.instanceId);
    if (current?.executionId !== before.executionId || isEnded(current.status)) {
      return;
    }
    const { instance, scheduled } = endTurn(current, turn, answer, Date.now());
    if (isEnded(instance.status)) {
      this.#end(instance);
    } else {
      this.instances.save(instance);
      this.#dispatch(instance, scheduled);
    }
  }

  #dispatch(instance: Instance, { activities, timers, children }: Scheduled): void {
    activities.forEach((activity) => this.#activities.schedule(instance, activity));
    timers.forEach((timer) => this.#armTimer(instance, timer));
    for (const child of children) {
      this.#create(child.instanceId, child.name, JSON.stringify(child.input ?? null), parentOf(instance, child.eventId));
    }
  }

  #armTimer({ instanceId, executionId }: Instance, timer: PendingTimer): void {
    const fires = timer.fireAt - this.#options.latency.timerEarlyMilliseconds - Date.now();
    this.#agenda.later(Math.max(fires, 0), () =>
      this.#guard(instanceId, () => {
        const instance = this.instances.load(instanceId);
        const others = instance?.timers.filter(({ eventId }) => eventId !== timer.eventId) ?? [];
        if (instance?.executionId === executionId && others.length < instance.timers.length) {
          this.counts.timersFired += 1;
          this.#post({ ...instance, timers: others }, events.timerFired(timer.eventId, timer.fireAt, timer.createdAt), 0);
        }
      }),
    );
  }

  /** Puts a message into the inbox and has a turn see it. */
  #post(instance: Instance, message: events.HistoryEvent, milliseconds = this.#options.latency.messageMilliseconds): void {
    this.instances.save({ ...instance, inbox: [...instance.inbox, message] });
    this.#scheduleTurn(instance.instanceId, milliseconds);
  }

  #end(instance: Instance): void {
    this.instances.save(instance);
    this.#options.emit({ kind: "instanceEnded", instanceId: instance.instanceId, name: instance.name, status: instance.status });
    if (instance.parent !== null) {
      this.#tellParent(instance, instance.parent);
    }
  }

  #tellParent({ instanceId, status, output }: Instance, parent: events.Parent): void {
    this.#guard(parent.instanceId, () => {
      const instance = this.instances.load(parent.instanceId);
      const child = instance?.children.find(({ eventId }) => eventId === parent.taskId);
      if (instance?.executionId !== parent.executionId || child?.instanceId !== instanceId) {
        return;
      }
      const message =
        status === "Completed"
          ? events.subOrchestrationCompleted(parent.taskId, JSON.stringify(output), Date.now())
          : events.subOrchestrationFailed(parent.taskId, String(output), Date.now());
      this.#post({ ...instance, children: instance.children.filter((each) => each !== child) }, message);
    });
  }

  /** An instance whose history cannot be trusted ends; it must never run on as if nothing had happened. */
  #fail(instanceId: string, error: unknown): void {
    if (this.#agenda.isDead) {
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    const at = Date.now();
    const instance = this.instances.loadIfSound(instanceId) ?? this.instances.remains(instanceId, at);
    this.#options.logError(`Orchestration '${instance.name}' (${instanceId}) failed: ${reason}`);
    this.#end(endInstance(instance, "Failed", `Orchestrator function '${instance.name}' failed: ${reason}`, at));
  }

  #guard(instanceId: string, work: () => void): void {
    if (this.#agenda.isDead) {
      return;
    }
    try {
      work();
    } catch (error) {
      this.#fail(instanceId, error);
    }
  }

  #emitActivity(kind: "activityStarted" | "activityCompleted", instanceId: string, { name, eventId }: PendingActivity): void {
    this.#options.emit({ kind, instanceId, name, eventId });
  }
}

function parentOf(instance: Instance, taskId: number): events.Parent {
  return { instanceId: instance.instanceId, executionId: instance.executionId, name: instance.name, taskId };
}
