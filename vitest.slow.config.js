import { defineConfig } from "vitest/config";
import { hasPostgres, postgres } from "./vitest.config.js";

/**
 * What is too slow for every change, run by `npm run test:slow` and in CI: simulations that measure error rates, drills, and on a server all
 * cases of the tests that `npm test` takes some of.
 */
const slow = {
  test: {
    name: "slow",
    include: ["src/**/*.slow.test.ts", "bench/**/*.slow.test.js"],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    setupFiles: ["src/testing/each-file.ts"],
    globalSetup: ["src/testing/postgres-setup.ts"],
  },
};
const allCases = {
  test: {
    ...postgres.test,
    exclude: ["src/**/*.slow.test.ts"],
    name: "postgres, all cases",
    env: { ...postgres.test.env, AGENTOPS_TEST_ALL: "1" },
  },
};

export default defineConfig({ test: { maxWorkers: 2, projects: hasPostgres() ? [slow, allCases] : [slow] } });
