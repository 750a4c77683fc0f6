/** Rules between settings. A value that is unusable by itself is undefined here and reported elsewhere. */
import type { Draft } from "./draft.ts";
import { formatPath, show, valueAt, type Issue } from "./issues.ts";
import { MESSAGES } from "./messages.ts";

type Amount = number | undefined;

interface Rule {
  readonly path: readonly [section: "detection" | "safety", setting: string];
  readonly value: Amount;
  readonly least?: Amount;
  readonly most?: Amount;
  readonly message: (bound: number) => string;
}

export function policyIssues(draft: Draft, root: unknown): readonly Issue[] {
  return [...detectionRules(draft), ...safetyRules(draft)].flatMap(({ path, value, least, most, message }) => {
    if (value === undefined) return [];
    const bound = least !== undefined && value < least ? least : most !== undefined && value > most ? most : undefined;
    if (bound === undefined) return [];
    const written = valueAt(root, path) !== undefined;
    return [{ path: formatPath(path), message: message(bound), found: written ? show(value) : `the default ${show(value)}` }];
  });
}

function detectionRules({ detection: d }: Draft): readonly Rule[] {
  const interval = d.intervalSeconds;
  const burst =
    d.burstProbes === undefined || d.burstSpacingSeconds === undefined ? undefined : (d.burstProbes - 1) * d.burstSpacingSeconds;
  const recovery = d.successesToRecover === undefined || interval === undefined ? undefined : d.successesToRecover * interval;
  return [
    { path: ["detection", "probeDeadlineSeconds"], value: d.probeDeadlineSeconds, most: interval, message: MESSAGES.probeDeadline },
    { path: ["detection", "failuresToFail"], value: d.failuresToFail, most: d.window, message: MESSAGES.failuresToFail },
    { path: ["detection", "successesToRecover"], value: d.successesToRecover, most: d.window, message: MESSAGES.successesToRecover },
    { path: ["detection", "burstProbes"], value: d.burstProbes, least: d.failuresToFail, message: MESSAGES.burstProbes },
    // The timer skips rounds that fall into a running one, so an overlong burst would slow detection of every other target.
    {
      path: ["detection", "burstSpacingSeconds"],
      value: d.burstSpacingSeconds,
      most: burst !== undefined && interval !== undefined && burst >= interval ? 0 : undefined,
      message: () => MESSAGES.burstLength(burst ?? 0, interval ?? 0),
    },
    {
      path: ["detection", "slowMilliseconds"],
      value: d.slowMilliseconds,
      most: d.probeDeadlineSeconds === undefined ? undefined : d.probeDeadlineSeconds * 1000 - 1,
      message: MESSAGES.slow,
    },
    { path: ["detection", "stalenessSeconds"], value: d.stalenessSeconds, least: recovery, message: MESSAGES.staleness },
  ];
}

function safetyRules({ safety, regions }: Draft): readonly Rule[] {
  // With fewer than two regions the list itself is at fault.
  const others = regions.length < 2 ? undefined : regions.length - 1;
  return [
    {
      path: ["safety", "minHealthyRegions"],
      value: safety.minHealthyRegions,
      most: others,
      message: (most) => MESSAGES.minHealthyRegions(most + 1),
    },
    {
      path: ["safety", "maxConcurrentShifts"],
      value: safety.maxConcurrentShifts,
      most: others,
      message: (most) => MESSAGES.maxConcurrentShifts(most + 1),
    },
  ];
}
