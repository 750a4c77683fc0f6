import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { linesOf } from "../../examples/client/lines.ts";

it("questions that are piped in while the client still signs in are all asked, empty lines are not", async () => {
  const input = new PassThrough();
  const questions = linesOf(input);
  input.end("First?\n\nSecond?\n");
  for (let turns = 0; turns < 10; turns++) await turn();
  const asked: string[] = [];
  for await (const question of questions) asked.push(question);
  expect(asked).toEqual(["First?", "Second?"]);
});
