import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

const Transcript = z.object({ text: z.string(), unanswered: z.number(), seconds: z.number() });
const Transcripts = z.object({ person: Transcript, service: Transcript });
let transcripts: z.infer<typeof Transcripts>;

beforeAll(async () => {
  const args = ["--import", "./rehearsal/virtual-time/install.ts", "test/client/rehearsal-child.ts"];
  const child = await promisify(execFile)(process.execPath, args, { cwd: `${import.meta.dirname}/../..` });
  transcripts = Transcripts.parse(JSON.parse(child.stdout));
}, 60_000);

describe.each(["person", "service"] as const)("npm run client, signed in as a %s", (kind) => {
  it("every question is answered while a region fails and quota runs out", () => {
    const { text, unanswered } = transcripts[kind];
    expect(unanswered).toBe(0);
    expect(text).toContain(`Signed in as a ${kind}.`);
    expect(text.match(/A model would answer "[^"]+" here\./g)).toHaveLength(4);
  });

  it("the answering region changes once the first one fails, after retries", () => {
    const [before = "", after = "", exhausted = ""] = transcripts[kind].text.split("\n---");
    expect(before).toContain("[answered by East US 2,");
    expect(before).not.toContain("attempt");
    expect(after).toContain("attempt 1: 500 from East US 2; again in");
    expect(after).toMatch(/\[answered by (?:Sweden Central|Japan East),/);
    expect(after).not.toContain("[answered by East US 2");
    expect(exhausted).toMatch(/attempt 1: 429 from .* \(asked to wait \d+\.0 s\)/);
  });

  it("it waits as long as it is asked to, on the clock", () => {
    const asked = Number(/asked to wait ([\d.]+) s/.exec(transcripts[kind].text)?.[1]);
    const took = Number(/.*answered by .*, ([\d.]+) s\]\n*$/.exec(transcripts[kind].text)?.[1]);
    expect(asked).toBeGreaterThan(0);
    expect(took).toBeGreaterThan(asked);
    expect(transcripts[kind].seconds).toBeGreaterThan(took);
  });
});
