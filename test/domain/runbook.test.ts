import { expect, it } from "vitest";
import { runbookOf, runId, RUNBOOKS } from "../../src/domain/runbook.ts";

it.each<[attempt: number, id: string]>([
  [1, "evacuate-east-20260105T000000Z"],
  [2, "evacuate-east-20260105T000000Z-2"],
])("attempt %i is %s", (attempt, id) => {
  expect(runId("evacuate", "east", "20260105T000000Z", attempt)).toBe(id);
});

it.each(RUNBOOKS)("a run id tells its runbook: %s", (runbook) => {
  expect(runbookOf(runId(runbook, "east", "20260105T000000Z", 3))).toBe(runbook);
});
