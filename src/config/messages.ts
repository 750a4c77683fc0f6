/** Everything that a person is told about a bad file. Tests pin these texts. */
export const MESSAGES = {
  // Structure
  syntax: (expected: string) => `is not valid JSON: expected ${expected}`,
  required: (what: string) => `is required: ${what}`,
  type: (what: string) => `must be ${what}`,
  oneOf: (allowed: readonly string[]) => `must be one of ${allowed.join(", ")}`,
  atLeast: (least: string) => `must be at least ${least}`,
  above: (bound: string) => `must be above ${bound}`,
  atMost: (most: string) => `must be at most ${most}`,
  below: (bound: string) => `must be below ${bound}`,
  atLeastEntries: (least: string) => `must have at least ${least} ${least === "1" ? "entry" : "entries"}`,
  atMostEntries: (most: string) => `must have at most ${most} entries`,
  unknownKey: (known: readonly string[]) => `is not a setting; known ones: ${known.join(", ")}`,
  duplicateKey: (key: string) => `key "${key}" is given more than once`,
  baseUrl: "must be an https:// URL without user name, query, fragment or trailing slash",
  id: "must be 1–80 letters, digits, dots, hyphens or underscores, and begin with a letter or digit",
  location: "must be an Azure location name: lower-case letters and digits, for example eastus2",
  backend: "must be an APIM backend id: 1–80 characters, no spaces and none of * # & + : < > ? /",
  label: "must not be empty or begin or end with a space",
  path: "must be a path that begins with / and has no query",
  witnessPath: "must be a path that begins with /, has {backend} in it and no query",
  clockTime: "must be a time of day, HH:MM, in UTC",
  estateName: "must be 3–40 lower-case letters, digits and inner hyphens",
  sharesDown: "must be strictly decreasing from below 1 and end with 0",
  sharesUp: "must be strictly increasing from above 0 and end with 1",

  // Cross-field
  unknownRegion: (known: readonly string[]) => `must name a region of this file: ${known.join(", ")}`,
  unknownDeployment: (known: readonly string[]) => `must name a deployment of this file: ${known.join(", ")}`,
  unknownGateway: (known: readonly string[]) => `must name a gateway of this file: ${known.join(", ")}`,
  duplicate: (what: string, first: string) => `must be unique: ${what} stands at ${first} already`,
  backendOfTwo: (first: string) => `must lead to one deployment: the same backend leads to another at ${first}`,
  backendIsPool: "must not have the name of a pool of its gateway",
  emptyRegion: "must have a deployment or a gateway",
  failuresToFail: (window: number) => `must be at most window (${window}), or no target could ever fail`,
  successesToRecover: (window: number) => `must be at most window (${window}), or no target could ever recover`,
  burstProbes: (failures: number) => `must be at least failuresToFail (${failures}), or a burst could not confirm a failure`,
  burstLength: (seconds: number, interval: number) =>
    `must let the last probe of a burst start before the next round: (burstProbes − 1) × burstSpacingSeconds is ${seconds}, intervalSeconds is ${interval}`,
  probeDeadline: (interval: number) => `must be at most intervalSeconds (${interval}), or rounds would overlap`,
  slow: (most: number) => `must be below the probe's deadline (${most + 1} ms), or no answer could ever be slow`,
  staleness: (least: number) => `must be at least successesToRecover × intervalSeconds (${least}), or no target could ever recover`,
  minHealthyRegions: (regions: number) => `must be less than the number of regions (${regions}), or no region could ever be evacuated`,
  maxConcurrentShifts: (regions: number) => `must be less than the number of regions (${regions}), or all could be held at once`,

  // File
  unreadable: (code: string) => `cannot be read (${code})`,
} as const;
