/** Puts a drill's faults on the clock, and keeps what came of them. */
import { perform, type ActOutcome } from "./acts.ts";
import { createBreakerEvents } from "./breaker-events.ts";
import type { ApprovalGiven, SafetyChange } from "./drill-log.ts";
import { createFaultSwitch } from "./fault-switch.ts";
import { lasts, logFault, type PlannedFault } from "./faults.ts";
import { appMode } from "./job.ts";
import type { Platform } from "./platform.ts";
import type { Act, DrillSetting } from "./setting.ts";

export interface Happened {
  readonly acts: readonly Act[];
  readonly safety: readonly SafetyChange[];
  readonly approvals: readonly ApprovalGiven[];
}

export function scheduleFaults(setting: DrillSetting, platform: Platform, functionKey: string): Happened {
  const { faults, world, estate, job } = setting;
  const { azure, app } = platform;
  const record = createRecord(setting);
  const switchFault = createFaultSwitch({ world, faults: azure.faults, app });
  const stage = { estate, azure, appUrl: () => app.url, functionKey };
  const happen = (planned: PlannedFault): Promise<void> =>
    record.note(perform(stage, planned, faults).catch((error: unknown) => ({ text: `could not be done: ${reasonOf(error)}` })));
  for (const planned of faults) {
    at(planned.startsAt, () => {
      logFault(planned, true);
      void (lasts(planned) ? switchFault(planned, true) : happen(planned));
    });
    if (!lasts(planned)) continue;
    at(planned.endsAt, () => {
      logFault(planned, false);
      void switchFault(planned, false);
    });
  }
  if (job.scenario.breakerEvents) carryBreakerEvents(setting, stage, record.tell);
  return record;
}

interface Recorder extends Happened {
  note(happening: Promise<ActOutcome | null>): Promise<void>;
  tell(text: string): void;
}

function createRecord({ job, startsAt }: DrillSetting): Recorder {
  const mode = appMode(job.mode.automation, job.scenario.mode);
  const acts: Act[] = [];
  const safety: SafetyChange[] = [{ at: startsAt, mode, killSwitch: false }];
  const approvals: ApprovalGiven[] = [];
  const tell = (text: string): void => void acts.push({ at: Date.now(), text });
  return {
    acts,
    safety,
    approvals,
    tell,
    async note(happening) {
      const asked = Date.now();
      const outcome = await happening;
      if (outcome === null) return;
      tell(outcome.text);
      if (outcome.approval !== undefined) approvals.push({ at: asked, ...outcome.approval });
      // Until the app has answered it may still write; from the question on it may write again.
      const { killSwitch } = outcome;
      if (killSwitch !== undefined) safety.push({ at: killSwitch ? Date.now() : asked, mode, killSwitch });
    },
  };
}

/** A change of a breaker is found when somebody moves the world on. */
const BREAKER_LOOK_MILLISECONDS = 1000;

function carryBreakerEvents(
  { breakers, world, estate, constants }: DrillSetting,
  { appUrl, functionKey }: { readonly appUrl: () => string; readonly functionKey: string },
  onDelivered: (text: string) => void,
): void {
  breakers.listener = createBreakerEvents({ estate, constants, appUrl, functionKey, onDelivered });
  setInterval(() => world.advanceTo(Date.now()), BREAKER_LOOK_MILLISECONDS);
}

function at(instant: number, work: () => void): void {
  setTimeout(work, instant - Date.now());
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
