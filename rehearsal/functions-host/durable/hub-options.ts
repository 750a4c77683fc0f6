/** What a task hub is given, and what it lets others see. */
import type { DurableLatency } from "../constants.ts";
import type { HostSettings } from "../host-json.ts";
import type { Worker } from "../worker.ts";
import type { Agenda } from "./agenda.ts";
import type { RuntimeStatus, Store } from "./store.ts";

export type HostEvent =
  | {
      readonly kind: "instanceStarted" | "instanceEnded";
      readonly instanceId: string;
      readonly name: string;
      readonly status: RuntimeStatus;
    }
  | {
      readonly kind: "activityStarted" | "activityCompleted";
      readonly instanceId: string;
      readonly name: string;
      readonly eventId: number;
    };

export interface HubOptions {
  readonly agenda: Agenda;
  readonly store: Store;
  readonly worker: Worker;
  readonly settings: HostSettings;
  readonly latency: DurableLatency;
  readonly emit: (event: HostEvent) => void;
  readonly logError: (message: string) => void;
}

export interface DurableCounts {
  starts: number;
  turns: number;
  activities: number;
  timersFired: number;
  eventsRaised: number;
}
