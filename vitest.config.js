import { defineConfig } from "vitest/config";
import { postgresFolder } from "./src/testing/postgres.ts";

/** Tests of what operators and production share: they run on both engines. */
const SHARED = [
  "approvals",
  "audit",
  "kill",
  "observations",
  "operations",
  "policy",
  "rollout",
  "runtime",
  "server",
  "serving",
  "state",
  "status",
];
const COMMANDS = [
  "approvals",
  "canary",
  "collect",
  "doctor",
  "history",
  "kill",
  "observe",
  "promote",
  "resolve",
  "revive",
  "rollback",
  "status",
  "store",
  "trace",
];

const WAYS_ROUND = ["src/policy/holes.test.ts", "src/policy/evidence/{bound,counts,gates}.test.ts"];

const sqlite = project("sqlite", {
  include: ["src/**/*.test.ts", "bench/**/*.test.js"],
  exclude: ["src/**/*.slow.test.ts", "bench/**/*.slow.test.js"],
});
export const postgres = project("postgres", {
  include: [
    ...[...SHARED, ...COMMANDS.map((name) => `cli/commands/${name}`)].map((room) => `src/${room}/**/*.test.ts`),
    // Of the traces only what writes; how they are read is the same for any store.
    "src/traces/receive.test.ts",
  ],
  // The commands of a canary are the use cases that the rooms' own tests try there; the slow suite tries them too.
  // So are the ways round a policy: what they store is tried by the operations' tests.
  exclude: ["src/**/*.slow.test.ts", "src/cli/commands/canary/*", ...WAYS_ROUND],
  env: { AGENTOPS_TEST_ENGINE: "postgres" },
  globalSetup: ["src/testing/postgres-setup.ts"],
});

/** Whether there is a PostgreSQL for the tests; says so where there is none, and fails where there must be one. */
export function hasPostgres() {
  if (postgresFolder() !== undefined) return true;
  if (process.env["AGENTOPS_NEEDS_POSTGRES"] === "1") throw new Error("PostgreSQL is missing, and its tests must run");
  console.log("PostgreSQL is not on this machine (apt install postgresql): the stores are tested on SQLite alone");
  return false;
}

export default defineConfig({
  test: {
    // One more than the two cores of a small machine: a test that waits for a process, or for a timeout, leaves its core to the third.
    maxWorkers: 3,
    projects: hasPostgres() ? [sqlite, postgres] : [sqlite],
  },
});

function project(name, test) {
  return {
    test: {
      name,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      // Files share the modules of their worker: loading three hundred of them anew for each file was a quarter of the time.
      isolate: false,
      setupFiles: ["src/testing/each-file.ts"],
      ...test,
    },
  };
}
