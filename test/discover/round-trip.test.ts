import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseEstate } from "../../src/config/load.ts";
import type { Estate } from "../../src/domain/estate.ts";
import { rehearsed } from "../rehearsal-azure/start.ts";
import { example, platformOf, run, type EstateFile } from "./support.ts";

const SUBSCRIPTION = "00000000-0000-0000-0000-000000000000";

/** What discovery can know: no ids, which are names of the file's own, no order, and Front Door's ids in whatever case. */
function known(estate: Estate | EstateFile) {
  const deployments = new Map(estate.deployments.map(({ id, resourceId }) => [id, resourceId]));
  const gateways = new Map(estate.gateways.map(({ id, resourceId }) => [id, resourceId]));
  return {
    regions: estate.regions.map(({ name }) => name).sort(),
    deployments: estate.deployments.map(({ id: _, ...deployment }) => deployment).sort(by(({ resourceId }) => resourceId)),
    gateways: estate.gateways
      .map(({ id: _, pools, ...gateway }) => ({
        ...gateway,
        pools: pools.map(({ name, members }) => ({
          name,
          members: members.map(({ backend, deployment }) => ({ backend, deployment: deployments.get(deployment) })),
        })),
      }))
      .sort(by(({ resourceId }) => resourceId)),
    edges: estate.edges.map(({ kind, resourceId, origins }) => ({
      kind,
      resourceId: resourceId.toLowerCase(),
      origins: origins.map(({ group, name, gateway }) => ({ group, name, gateway: gateways.get(gateway) })),
    })),
  };
}

function by<Item>(text: (item: Item) => string) {
  return (a: Item, b: Item) => text(a).localeCompare(text(b));
}

describe.each(["hub-and-spoke", "hub-to-hub"])("the platform of the example %s", async (name) => {
  const estate = await example(name);
  const running = rehearsed({}, { platform: platformOf(estate) });

  it("is discovered back to the same estate, which the app accepts, in mode recommend", async () => {
    const { exit, printed, folder, estate: written } = await run(running(), ["--subscription", SUBSCRIPTION]);
    expect(exit).toBe(0);
    expect(known(written())).toEqual(known(estate));
    expect(parseEstate(readFileSync(join(folder, "estate.json"), "utf8"))).toMatchObject({
      ok: true,
      estate: { safety: { mode: "recommend" } },
    });
    expect(printed).toContain("estate.json: 3 regions, 3 deployments");
  });

  it("leaves nothing undecided, and says what Azure cannot tell", async () => {
    const { complained } = await run(running(), ["--subscription", SUBSCRIPTION]);
    expect(complained).not.toContain("Undecided");
    expect(complained).toContain("[data-boundary]");
  });

  it("writes nothing to Azure", () => {
    expect(running().azure.calls.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(running().azure.calls.length).toBeGreaterThan(5);
  });
});
