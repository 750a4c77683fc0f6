import { afterEach, describe, expect, it } from "vitest";
import type { PoolMember } from "../../src/domain/routing.ts";
import { PREFIX } from "./estate.ts";
import { raw, rehearsed } from "./start.ts";

const told: { gateway: string; pool: string; members: readonly PoolMember[]; writer: string }[] = [];
const running = rehearsed(
  {},
  { hooks: { onPoolWritten: (_at, gateway, pool, members, writer) => void told.push({ gateway, pool, members, writer }) } },
);
const SERVICE = `${PREFIX}/Microsoft.ApiManagement/service/apim-eastus2`;
const POOL = `${SERVICE}/backends/gpt?api-version=2024-05-01`;
const EAST = `${SERVICE}/backends/foundry-eastus2`;
const SWEDEN = `${SERVICE}/backends/foundry-swedencentral`;
const START = [
  { id: EAST, priority: 1 },
  { id: SWEDEN, priority: 2, weight: 50 },
];

async function read() {
  const { headers, body } = await raw(running(), POOL);
  return { etag: headers.get("etag"), body };
}

function patch(members: readonly PoolMember[], etag = "*") {
  return raw(running(), POOL, { method: "PATCH", headers: { "if-match": etag }, body: { properties: { pool: { services: members } } } });
}

afterEach(async () => {
  await patch(START);
  told.length = 0;
  running().world.pools.length = 0;
});

describe("writes by others", () => {
  const weighted = [
    { id: EAST, priority: 1, weight: 7 },
    { id: SWEDEN, priority: 2, weight: 50 },
  ];
  const weigh = (members: readonly PoolMember[]) => members.map((member) => (member.id === EAST ? { ...member, weight: 7 } : member));

  it("a person's edit shows in ARM with a new ETag, so that whoever read before meets a 412", async () => {
    const before = await read();
    running().azure.editPool("gw-eastus2", "gpt", weigh);
    const after = await read();
    expect(after.body).toMatchObject({ properties: { pool: { services: weighted } } });
    expect(after.etag).not.toBe(before.etag);
    expect((await patch(START, before.etag ?? "")).status).toBe(412);
  });

  it("the world and the hook are told, and the hook by whom", async () => {
    running().azure.editPool("gw-eastus2", "gpt", weigh);
    await patch(START);
    expect(told.map(({ members, writer }) => [members, writer])).toEqual([
      [weighted, "other"],
      [START, "caller"],
    ]);
    expect(running().world.pools.map(([, gateway, pool, members]) => [gateway, pool, members])).toEqual([
      ["gw-eastus2", "gpt", weighted],
      ["gw-eastus2", "gpt", START],
    ]);
  });

  it("a redeployment writes every pool as it was at the start", async () => {
    await patch([{ id: EAST, priority: 1 }]);
    told.length = 0;
    const before = await read();
    running().azure.redeploy();
    const after = await read();
    expect(after.body).toMatchObject({ properties: { pool: { services: START } } });
    expect(after.etag).not.toBe(before.etag);
    expect(told.map(({ gateway, pool, writer }) => [gateway, pool, writer])).toEqual([
      ["gw-eastus2", "gpt", "other"],
      ["gw-swedencentral", "gpt", "other"],
    ]);
  });

  it.each([
    ["gateway", "gw-none", "gpt"],
    ["pool", "gw-eastus2", "none"],
  ])("an unknown %s is named", (_, gateway, pool) => {
    expect(() => running().azure.editPool(gateway, pool, weigh)).toThrow(/none/);
  });
});
