/** Rungs about whether automation may act at all, and now. */
import { blackoutAt } from "../blackout.ts";
import { modeOf } from "../mode.ts";
import { doubt } from "../self-doubt.ts";
import { holdOf } from "../hold.ts";
import { secondsBetween } from "../time.ts";
import { passed, refused, type Climb, type Finding } from "./rung.ts";

export function automationEnabled({ estate, state, initiator }: Climb): Finding {
  if (initiator === "manual") return passed("started by a person");
  if (state.killSwitch?.on === true) return refused(`the kill switch is on since ${state.killSwitch.at}: ${state.killSwitch.reason}`);
  const mode = modeOf(estate, "evacuate");
  if (mode === "approve") return passed("the mode is approve: the run waits for a person, and the kill switch is off");
  return mode === "auto" ? passed("the mode is auto and the kill switch is off") : refused(`the mode is ${mode}, not auto`);
}

export function selfDoubt({ estate, verdicts }: Climb): Finding {
  const { doubtful, text } = doubt(estate, verdicts);
  return doubtful ? refused(text) : passed(text);
}

export function cooldown({ estate, state, region, initiator, now }: Climb): Finding {
  const released = state.lastReleased[region];
  if (initiator === "manual" || released === undefined) return passed("no recent restore");
  const seconds = Math.round(secondsBetween(released, now));
  const found = `restored ${seconds} s ago, cooldown is ${estate.safety.cooldownSeconds} s`;
  return seconds >= estate.safety.cooldownSeconds ? passed(found) : refused(found);
}

export function changeWindow({ estate, initiator, now }: Climb): Finding {
  if (initiator === "manual") return passed("started by a person");
  const blackout = blackoutAt(estate.safety.blackouts, now);
  if (blackout === null) return passed(`none of ${estate.safety.blackouts.length} blackouts is in force`);
  return refused(`blackout from ${blackout.from} to ${blackout.to} UTC: ${blackout.reason}`);
}

/** What a person decided is theirs to change: a hold of theirs, or a gate that they set. */
export function precedence({ state, region, initiator }: Climb): Finding {
  if (initiator === "manual") return passed("a person goes before automation");
  const hold = holdOf(state, region);
  if (hold?.initiator === "manual") return refused(`${region} is held by a person's run ${hold.owner}`);
  const gate = state.manualGates.find((candidate) => candidate.region === region);
  if (gate !== undefined) return refused(`${gate.by} set the gate of ${region} to ${gate.state} at ${gate.at}: ${gate.reason}`);
  return passed("no person's hold or gate on the region");
}
