import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { talliesOf } from "../release/rollout/rollouts.store.ts";
import { connect, type Sqlite } from "../state/connection.ts";
import { agentops, cleanEnv, put, REPO, spawnAgentops, tempProject } from "../testing/project.ts";
import { minutesLater, startedRollout } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";

const N = 60_000;
const CUTS = 12;
const WRITERS = 8;

function newStore(dir: string, name: string): { store: string; sqlite: Sqlite } {
  const store = join(dir, name, "state.db");
  const sqlite = connect(store, { durability: "normal" });
  startedRollout(sqlite);
  return { store, sqlite };
}

function lines(random: () => number): string {
  return Array.from({ length: N }, (_, i) => {
    const version = random() < 0.05 ? "v2" : "v1";
    const more = {
      unit: `u${Math.floor(random() * 9000)}`,
      success: random() < 0.9,
      latencyMs: Math.ceil(random() * 900),
    };
    return `${JSON.stringify({ target: "prompts/x", version, id: `o${i}`, at: minutesLater(1 + i / 1000), safe: random() < 0.999, ...more })}\n`;
  }).join("");
}

const near = (rows: object[]) =>
  JSON.parse(JSON.stringify(rows, (_, v: unknown) => (typeof v === "number" ? +v.toFixed(6) : v)));

function counted(sqlite: Sqlite): unknown {
  const all = (sql: string) => near(sqlite.prepare(sql).all() as object[]);
  return {
    ids: all("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM observations"),
    tallies: near(talliesOf(sqlite, 1, { from: 1, to: 99 })),
    units: all("SELECT * FROM units ORDER BY unit"),
    breaches: all("SELECT o.id FROM breaches b JOIN observations o ON o.seq = b.observation ORDER BY o.id"),
    outcomes: all("SELECT * FROM outcomes ORDER BY hour, version, shadow"),
    caps: all("SELECT caps FROM rollouts"),
  };
}

test("kill -9 of observe at any moment, then the same file again: all there once, counted as if nothing had happened", async () => {
  const dir = tempProject();
  const random = seeded(4);
  put(dir, "in.jsonl", lines(random));
  const [calm, cut] = [newStore(dir, "calm"), newStore(dir, "cut")];
  const args = ["observe", "in.jsonl", "--env", "production"];
  expect((await agentops(dir, args, { AGENTOPS_STORE: calm.store })).code).toBe(0);
  const found: number[] = [];
  for (let round = 0; round < CUTS; round++) {
    const child = spawnAgentops(dir, args, { AGENTOPS_STORE: cut.store });
    const before = cut.sqlite.prepare("SELECT COUNT(*) FROM observations").pluck();
    const until = (before.get() as number) + random() * 5000;
    while (child.exitCode === null && (before.get() as number) < until) await new Promise((done) => setImmediate(done));
    await new Promise((done) => setTimeout(done, random() * 15));
    child.kill("SIGKILL");
    await child;
    found.push(before.get() as number);
  }
  expect((await agentops(dir, args, { AGENTOPS_STORE: cut.store })).code).toBe(0);
  process.stdout.write(`\nkill -9 of observe, ${CUTS} times, after ${found.join(", ")} observations\n`);
  expect(new Set(found).size).toBeGreaterThan(CUTS / 2);
  expect(counted(cut.sqlite)).toEqual(counted(calm.sqlite));
  expect(cut.sqlite.pragma("integrity_check", { simple: true })).toBe("ok");
});

const WRITER = `
const { AgentOps } = await import(process.env.SDK);
const ops = new AgentOps({ store: process.env.STORE, env: "production" });
const until = performance.now() + Number(process.env.MS);
let n = 0;
while (performance.now() < until) {
  for (let i = 0; i < 20; i++, n++) ops.observe({ ...ops.resolve("prompts/x", { unit: process.env.ME + n }).served, success: true, id: process.env.ME + n });
  await new Promise((done) => setTimeout(done, 10));
}
while (!ops.flush());
console.log(JSON.stringify(ops.stats()));
ops.close();
`;

test("eight processes observe at once: nothing that was acknowledged is missing, and nobody sees a locked store", async () => {
  const { store, sqlite } = newStore(tempProject(), "busy");
  const env = cleanEnv({ SDK: join(REPO, "dist", "index.js"), STORE: store, MS: "8000" });
  const done = await Promise.all(
    Array.from({ length: WRITERS }, (_, i) =>
      execa(process.execPath, ["--input-type=module", "-e", WRITER], {
        ...{ env: { ...env, ME: `p${i}-` }, extendEnv: false, reject: false },
      }),
    ),
  );
  expect(done.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(Array(WRITERS).fill([0, ""]));
  const stats = done.map(({ stdout }) => JSON.parse(stdout) as Record<string, number>);
  const total = stats.reduce((sum, { recorded }) => sum + recorded!, 0);
  const waits = stats.reduce((sum, { failures }) => sum + failures!, 0);
  process.stdout.write(
    `\n${WRITERS} processes observed ${total} outcomes, and came back ${waits} times for the lock\n`,
  );
  for (const each of stats) expect(each).toMatchObject({ queued: 0, dropped: 0, invalid: 0 });
  expect(sqlite.prepare("SELECT COUNT(*) FROM observations").pluck().get()).toBe(total);
  expect(sqlite.prepare("SELECT SUM(n) FROM tallies WHERE metric = 'success'").pluck().get()).toBe(total);
});
