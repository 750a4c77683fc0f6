/** Invariants over what ARM accepted. */
import { backendName, type PoolMember } from "../../src/domain/routing.ts";
import type { ArmWrite, Breach, DrillLog, OriginWrite, PoolWrite } from "./drill-log.ts";
import { departures, inOrder, originKey, poolKey, unrestored } from "./measures-routing.ts";

/** The app's own. */
function poolWrites(log: DrillLog): readonly PoolWrite[] {
  return inOrder(log.writes.filter((write) => write.kind === "pool")).filter(isOwn);
}

/** The app's own. */
function originWrites(log: DrillLog): readonly OriginWrite[] {
  return inOrder(log.writes.filter((write) => write.kind === "origin")).filter(isOwn);
}

export function isOwn({ foreign }: ArmWrite): boolean {
  return foreign !== true;
}

export function normalMembers(log: DrillLog, write: Pick<PoolWrite, "gateway" | "pool">): readonly PoolMember[] {
  return log.normal.pools.find((pool) => poolKey(pool) === poolKey(write))?.members ?? [];
}

/** A pool keeps a member that can get traffic: weight 0 is none (azure-facts 1.4). */
export function poolNeverEmpty(log: DrillLog): readonly Breach[] {
  const empty = poolWrites(log).filter((write) => !write.members.some((member) => member.weight !== 0));
  return empty.map((write) => ({ at: write.at, detail: `${poolKey(write)} was left with ${write.members.length} members, none usable` }));
}

/** 1-100 and whole, or exactly what the member had normally. */
export function weightsInRange(log: DrillLog): readonly Breach[] {
  return poolWrites(log).flatMap((write) =>
    write.members.flatMap(({ id, weight }) => {
      const normal = normalMembers(log, write).find((member) => backendName(member.id) === backendName(id));
      const isAsBefore = normal !== undefined && normal.weight === weight;
      const isInRange = weight !== undefined && Number.isInteger(weight) && weight >= 1 && weight <= 100;
      return isAsBefore || isInRange
        ? []
        : [{ at: write.at, detail: `${poolKey(write)}: ${backendName(id)} got weight ${weight ?? "absent"}` }];
    }),
  );
}

/** Nothing is added to a pool and nothing is in it twice. */
export function membersStayDeclared(log: DrillLog): readonly Breach[] {
  return poolWrites(log).flatMap((write) => {
    const known = new Set(normalMembers(log, write).map((member) => backendName(member.id)));
    const names = write.members.map((member) => backendName(member.id));
    const odd = names.filter((name, index) => !known.has(name) || names.indexOf(name) !== index);
    return odd.map((name) => ({ at: write.at, detail: `${poolKey(write)}: ${name} is foreign or there twice` }));
  });
}

/** The last enabled origin of a group is never disabled. */
export function originLeftEnabled(log: DrillLog): readonly Breach[] {
  const enabled = new Map(log.normal.origins.map((origin) => [originKey(origin), origin.enabled]));
  return originWrites(log).flatMap((write) => {
    enabled.set(originKey(write), write.enabled);
    const group = log.normal.origins.filter((origin) => origin.edge === write.edge && origin.group === write.group);
    if (write.enabled || group.some((origin) => enabled.get(originKey(origin)) === true)) return [];
    return [{ at: write.at, detail: `${originKey(write)} was the last enabled one of its ${group.length}` }];
  });
}

/** Front Door queues back-to-back writes of a profile and takes twice as long (azure-facts 2.3). */
export function oneEdgeWriteAtATime(log: DrillLog): readonly Breach[] {
  const writes = originWrites(log);
  return writes.flatMap((write, index) => {
    const running = writes.slice(0, index).find((earlier) => earlier.edge === write.edge && earlier.endedAt > write.at);
    if (!running) return [];
    const seconds = (running.endedAt - write.at) / 1000;
    return [{ at: write.at, detail: `${originKey(write)} was written while ${originKey(running)} was under way for another ${seconds} s` }];
  });
}

/**
 * At the end members, their order, weights, priorities and origins are as they were, absent fields included; but for what somebody else
 * changed meanwhile, and pools at which the app stopped because of that and said so.
 */
export function routingRestored(log: DrillLog): readonly Breach[] {
  return (["pool", "origin"] as const).flatMap((kind) => {
    const open = departures(log, kind).find(({ to }) => to === Infinity);
    const isOurs = unrestored(log, kind).some((key) => !log.drift.some((told) => told.toLowerCase() === key.toLowerCase()));
    return open && isOurs ? [{ at: log.endsAt, detail: `${kind} routing has differed since ${new Date(open.from).toISOString()}` }] : [];
  });
}
