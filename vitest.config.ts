import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A test that starts a host waits for it a good part of its time; by default one core of a pipeline's two would idle besides.
    maxWorkers: availableParallelism() + 1,
    // Some tests start servers and hosts; the limit is for hangs, not for speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
