import { expect, test } from "vitest";
import { newDatabase } from "./testing/engine.ts";
import { postgresFolder } from "./testing/postgres.ts";
import { followReadme } from "./testing/readme.ts";

/** Where the store is, is not what the README shows. */
const withoutPlace = (text: string) => text.replace(/\bstore\s+\S+|not in the store[^]*?\n/g, "store");

test.skipIf(postgresFolder() === undefined)(
  "the README's tour is the same where a team's store is a server",
  async () => {
    const env = { AGENTOPS_STORE: await newDatabase() };
    expect(await followReadme({ env, shown: withoutPlace })).toBeGreaterThan(10);
  },
);
