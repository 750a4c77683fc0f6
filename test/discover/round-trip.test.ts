import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseEstate } from "../../src/config/load.ts";
import { rehearsed } from "../rehearsal-azure/start.ts";
import { known } from "./known.ts";
import { example, platformOf, run } from "./support.ts";

const SUBSCRIPTION = "00000000-0000-0000-0000-000000000000";

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
