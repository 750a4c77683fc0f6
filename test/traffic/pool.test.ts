import { describe, expect, it } from "vitest";
import { chooseMember, priorityGroups } from "../../rehearsal/traffic/pool.ts";
import type { PoolMember } from "../../src/domain/routing.ts";

const POOL = { name: "chat", members: ["a", "b", "c"].map((backend) => ({ backend, deployment: `gpt-${backend}` })) };

function member(backend: string, weight?: number, priority?: number): PoolMember {
  return {
    id: `/subscriptions/S/backends/${backend}`,
    ...(weight === undefined ? {} : { weight }),
    ...(priority === undefined ? {} : { priority }),
  };
}

function shares(members: readonly PoolMember[], tripped: readonly string[] = [], tried: readonly string[] = []): Record<string, number> {
  const groups = priorityGroups(POOL, members);
  const counts: Record<string, number> = {};
  for (let step = 0; step < 1000; step++) {
    const chosen = chooseMember(groups, (backend) => tripped.includes(backend), tried, (step + 0.5) / 1000)?.backend ?? "none";
    counts[chosen] = (counts[chosen] ?? 0) + 0.001;
  }
  return Object.fromEntries(Object.entries(counts).map(([name, share]) => [name, Math.round(share * 100) / 100]));
}

type Case = [rule: string, members: PoolMember[], state: { tripped?: string[]; tried?: string[] }, expected: Record<string, number>];

describe("a gateway's choice of a pool member", () => {
  const cases: Case[] = [
    ["weights are relative inside the group", [member("a", 75), member("b", 25)], {}, { a: 0.75, b: 0.25 }],
    ["absent weights are equal", [member("a"), member("b")], {}, { a: 0.5, b: 0.5 }],
    ["an absent weight beside known ones is their mean", [member("a", 60), member("b", 20), member("c")], {}, { a: 0.5, b: 0.17, c: 0.33 }],
    ["weight 0 is never chosen", [member("a", 0), member("b", 10)], {}, { b: 1 }],
    ["only the smallest priority number is used", [member("a", 1, 2), member("b", 1, 1)], {}, { b: 1 }],
    ["an absent priority is 1", [member("a", 1, 2), member("b", 1)], {}, { b: 1 }],
    ["a tripped member is passed over", [member("a", 1), member("b", 1)], { tripped: ["a"] }, { b: 1 }],
    ["the next group is used once all of the group have tripped", [member("a", 1, 1), member("b", 1, 2)], { tripped: ["a"] }, { b: 1 }],
    ["nobody is left when all have tripped", [member("a", 1, 1), member("b", 1, 2)], { tripped: ["a", "b"] }, { none: 1 }],
    ["a retry prefers members of the group that were not tried", [member("a", 1), member("b", 1)], { tried: ["a"] }, { b: 1 }],
    ["a retry stays in the group although a lower one is untried", [member("a", 1, 1), member("b", 1, 2)], { tried: ["a"] }, { a: 1 }],
    ["a pool of members with weight 0 alone has nobody", [member("a", 0)], {}, { none: 1 }],
  ];

  it.each(cases)("%s", (_, members, state, expected) => {
    expect(shares(members, state.tripped, state.tried)).toEqual(expected);
  });

  it("finds the deployment whatever the case of the member's id, and none for a foreign backend", () => {
    const groups = priorityGroups(POOL, [{ id: "/SUBSCRIPTIONS/S/backends/A" }, { id: "/backends/foreign" }]);
    expect(groups.flat().map(({ deployment }) => deployment)).toEqual(["gpt-a", undefined]);
  });
});
