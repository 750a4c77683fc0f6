import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Some tests start servers and hosts; the limit is for hangs, not for speed.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
