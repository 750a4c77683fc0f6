/** What is deployed, and the host settings that the product's promises lean on. */
import { readdirSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, root), "utf8");
const ignored = read(".funcignore")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

const isIgnored = (name: string): boolean => ignored.some((pattern) => matchesGlob(name, pattern));

it("nothing but the app is deployed", () => {
  const deployed = readdirSync(root).filter((name) => !isIgnored(name));
  expect(["dist", "estate.json", "host.json", "node_modules", "package.json"]).toEqual(expect.arrayContaining(deployed));
});

it.each(["dist", "estate.json", "host.json", "node_modules", "package.json"])("%s is deployed", (name) => {
  expect(isIgnored(name)).toBe(false);
});

it("an activity of a killed host comes back within the half minute that the RTO allows for it", () => {
  const { storageProvider, hubName } = (JSON.parse(read("host.json")) as { extensions: { durableTask: DurableTask } }).extensions
    .durableTask;
  expect(seconds(storageProvider.workItemQueueVisibilityTimeout)).toBeLessThanOrEqual(30);
  // The extension refuses less than a minute here, and a hub name that is not 3–45 letters and digits.
  expect(seconds(storageProvider.controlQueueVisibilityTimeout)).toBe(60);
  expect(hubName).toMatch(/^[A-Za-z][A-Za-z0-9]{2,44}$/);
});

interface DurableTask {
  readonly hubName: string;
  readonly storageProvider: { readonly workItemQueueVisibilityTimeout: string; readonly controlQueueVisibilityTimeout: string };
}

function seconds(span: string): number {
  const [hours = 0, minutes = 0, rest = 0] = span.split(":").map(Number);
  return hours * 3600 + minutes * 60 + rest;
}

it("inputs and outputs, which may name resources, are not traced", () => {
  expect(JSON.parse(read("host.json"))).toMatchObject({ extensions: { durableTask: { tracing: { traceInputsAndOutputs: false } } } });
});

it("the sample of local settings holds no secret", () => {
  const { Values } = JSON.parse(read("local.settings.sample.json")) as { Values: Record<string, string> };
  expect(Values).toEqual({
    FUNCTIONS_WORKER_RUNTIME: "node",
    AzureWebJobsStorage: "UseDevelopmentStorage=true",
    ESTATE_FILE: "estate.json",
    PROBE_SCHEDULE: "*/15 * * * * *",
    AZURE_CLIENT_ID: "",
    NOTIFY_WEBHOOK_URL: "",
  });
});
