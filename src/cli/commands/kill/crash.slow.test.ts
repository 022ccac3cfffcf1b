import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { boardAt, settledHistory } from "../../../kill/history.testing.ts";
import { kill } from "../../../kill/kill.ts";
import { KILLS } from "../../../kill/kills.store.ts";
import { fileAddress, type StoreAddress } from "../../../state/address.ts";
import { connectToRead } from "../../../state/sqlite/connection.ts";
import { binary, spawnAgentops } from "../../../testing/project.ts";
import { newStoreFile, withStore } from "../../../testing/store.ts";

const REPETITIONS = 40;
const KEY = "production agents/x";

async function newStore(): Promise<StoreAddress> {
  const store = fileAddress(newStoreFile());
  await withStore(store, () => Promise.resolve());
  return store;
}

const isMarked = ({ markers }: StoreAddress) => readdirSync(markers!).some((name) => name.startsWith("production"));

function isStored({ location }: StoreAddress): boolean {
  const sqlite = connectToRead(location, 5000);
  try {
    return sqlite.prepare(KILLS.sql).all().length > 0;
  } finally {
    sqlite.close();
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Ends the command with SIGKILL: a random moment after its marker changed, or after its start. */
async function cut(store: StoreAddress, verb: "kill" | "revive", round: number): Promise<void> {
  const child = spawnAgentops("/", [verb, "agents/x", "--reason", "r", "--env", "production"], {
    AGENTOPS_STORE: store.location,
  });
  const before = isMarked(store);
  if (round % 4 === 0) await pause(Math.random() * 150);
  else {
    while (child.exitCode === null && isMarked(store) === before) await new Promise((done) => setImmediate(done));
    // From the marker to the commit it takes some 20 ms for a kill, and well under one for a revive.
    if (round % 4 !== 1) await pause(Math.random() * (verb === "kill" ? 25 : 2));
  }
  child.kill("SIGKILL");
  await child;
}

test.each(["kill", "revive"] as const)(
  "kill -9 of %s at any moment leaves killed or not killed, never half",
  async (verb) => {
    const found = { killed: 0, alive: 0, between: 0 };
    const store = await newStore();
    for (let round = 0; round < REPETITIONS; round++) {
      const before = (await settledHistory(store)).killed.includes(KEY);
      if (verb === "revive" && !before)
        await binary("/", ["kill", "agents/x", "--reason", "r", "--env", "production"], {
          AGENTOPS_STORE: store.location,
        });
      if (verb === "kill" && before)
        await binary("/", ["revive", "agents/x", "--reason", "r", "--env", "production"], {
          AGENTOPS_STORE: store.location,
        });
      await cut(store, verb, round);
      if (isMarked(store) !== isStored(store)) found.between += 1;
      const { killed } = await settledHistory(store);
      found[killed.includes(KEY) ? "killed" : "alive"] += 1;
    }
    process.stdout.write(
      `\nkill -9 of ${verb}, ${REPETITIONS} times: ${found.killed} killed, ${found.alive} not killed, ${found.between} cut between marker and row\n`,
    );
    expect(found.killed + found.alive).toBe(REPETITIONS);
  },
);

test("kills at the same moment: one is the first, all say who it was", async () => {
  const store = await newStore();
  for (let round = 0; round < 5; round++) {
    const name = `agents/x${round}`;
    const done = await Promise.all(
      ["ada", "bob", "eve"].map((actor) =>
        binary("/", ["kill", name, "--reason", "r", "--env", "production", "--actor", actor, "--json"], {
          AGENTOPS_STORE: store.location,
        }),
      ),
    );
    const targets = done.map((run) => JSON.parse(run.stdout).targets[0]);
    expect(done.map((run) => run.code)).toEqual([0, 0, 0]);
    expect(targets.filter((target) => target.changed)).toHaveLength(1);
    expect(new Set(targets.map((target) => target.kill.actor)).size).toBe(1);
  }
  expect(Object.values((await settledHistory(store)).actions)).toEqual(Array(5).fill(["kill"]));
});

test("a kill beside a revive: one order or the other", async () => {
  const store = await newStore();
  for (let round = 0; round < 6; round++) {
    await kill(boardAt(store), { environment: "production", targets: ["agents/x"], actor: "ada", reason: "r" });
    const runs = await Promise.all(
      (["revive", "kill"] as const).map((verb) =>
        binary("/", [verb, "agents/x", "--reason", "r", "--env", "production"], { AGENTOPS_STORE: store.location }),
      ),
    );
    expect(runs.map((run) => run.code)).toEqual([0, 0]);
    await settledHistory(store);
  }
});
