import { defineConfig } from "vitest/config";

/** Simulations that measure error rates: too slow for every change, run by `npm run test:slow` and in CI. */
export default defineConfig({
  test: {
    include: ["src/**/*.slow.test.ts"],
    testTimeout: 600_000,
    maxWorkers: 2,
    setupFiles: ["src/testing/each-file.ts"],
  },
});
