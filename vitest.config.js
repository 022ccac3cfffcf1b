import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    exclude: ["src/**/*.slow.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Files share the modules of their worker: loading three hundred of them anew for each file was a quarter of the time.
    isolate: false,
    setupFiles: ["src/testing/each-file.ts"],
    // One more than the two cores of a small machine: a test that waits for a process, or for a timeout, leaves its core to the third.
    maxWorkers: 3,
  },
});
