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
    // Two cores: more workers only make the tests that spawn processes wait for each other.
    maxWorkers: 2,
  },
});
