/** The rungs of the ladder, in their order. The codes are stable: they stand in refusals, overrides and tests of others. */
export const GUARD_CODES = [
  "automationEnabled",
  "selfDoubt",
  "willMovingHelp",
  "minHealthyRegions",
  "maxConcurrentShifts",
  "survivorCapacity",
  "dataResidency",
  "modelParity",
  "cooldown",
  "changeWindow",
  "precedence",
  "controlPlaneLocality",
] as const;
export type GuardCode = (typeof GUARD_CODES)[number];
