// Outcomes a second into one PostgreSQL from four processes, for one target with a rollout under way, beside a bare insert of the same rows.
// AGENTOPS_BENCH_SERVER=postgres://postgres@127.0.0.1:5432 names a server where databases may be made.
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import pg from "pg";
import { addressOf } from "../dist/state/address.js";
import { migrateStore } from "../dist/state/migrate.js";
import { isMain, median, ratio, table } from "./measure.js";
import { outcomes, rolloutIn } from "./rollout-store.js";

const AIM = 20_000;
const PROCESSES = 4;
const SDK = new URL("../dist/sdk/index.js", import.meta.url).href;
const ROLLOUT_STORE = new URL("./rollout-store.js", import.meta.url).href;

/** Waits for a line on stdin, so that all of them begin at once; observes its own share of the users and flushes. */
const WRITER = `
const { AgentOps } = await import(${JSON.stringify(SDK)});
const { outcomes } = await import(${JSON.stringify(ROLLOUT_STORE)});
const [me, n] = [Number(process.argv[1]), Number(process.argv[2])];
const all = outcomes(n).map((o) => ({ ...o, id: me + "-" + o.id, unit: me + "-" + o.unit }));
const ops = new AgentOps({ store: process.env.STORE, env: "production", queueLimit: 1e9 });
ops.resolve("prompts/x");
console.log("ready");
await new Promise((go) => process.stdin.once("data", go));
for (const outcome of all) ops.observe(outcome);
while (!ops.flush());
if (ops.stats().recorded !== n) throw new Error(JSON.stringify(ops.stats()));
process.exit(0);
`;

async function newDatabase(server, name) {
  const admin = new pg.Client({ connectionString: `${server}/postgres` });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${name}`);
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  return `${server}/${name}`;
}

async function observed(store, n) {
  const children = Array.from({ length: PROCESSES }, (_, i) =>
    spawn(process.execPath, ["--input-type=module", "-e", WRITER, String(i), String(n)], {
      cwd: tmpdir(),
      env: { ...process.env, STORE: store },
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  await Promise.all(children.map((child) => new Promise((ready) => child.stdout.once("data", ready))));
  const started = performance.now();
  for (const child of children) child.stdin.write("go\n");
  const codes = await Promise.all(children.map((child) => new Promise((ended) => child.once("exit", ended))));
  if (codes.some((code) => code !== 0)) throw new Error(`a writer ended with ${codes.join()}`);
  return performance.now() - started;
}

/** The same rows by one client, 500 a statement, one table and one unique key. */
async function bareInsert(server, n) {
  const client = new pg.Client({ connectionString: await newDatabase(server, "bench_bare") });
  await client.connect();
  await client.query("CREATE TABLE o (seq bigint GENERATED ALWAYS AS IDENTITY, target text, id text, version text, unit text, success bigint, latency double precision, cost double precision, safe bigint, at text, UNIQUE (target, id))"); // prettier-ignore
  const rows = outcomes(n);
  const started = performance.now();
  for (let from = 0; from < n; from += 500) {
    const part = rows.slice(from, from + 500);
    const values = part.map((_, i) => `(${Array.from({ length: 9 }, (_, k) => `$${i * 9 + k + 1}`).join()})`).join();
    const flat = part.flatMap((o) => [o.target, o.id, o.version, o.unit, Number(o.success), o.latencyMs, o.costUsd, 1, o.at]); // prettier-ignore
    await client.query({ name: `i${part.length}`, text: `INSERT INTO o (target, id, version, unit, success, latency, cost, safe, at) VALUES ${values}`, values: flat }); // prettier-ignore
  }
  const wallMs = performance.now() - started;
  await client.end();
  return wallMs;
}

export async function measurePostgres({ server = process.env.AGENTOPS_BENCH_SERVER, runs = 3, n = 25_000 } = {}) {
  if (server === undefined)
    return [{ what: "observe on PostgreSQL: AGENTOPS_BENCH_SERVER names no server", result: "–" }];
  const walls = { bare: [], observed: [] };
  for (let round = 0; round < runs; round++) {
    walls.bare.push(await bareInsert(server, PROCESSES * n));
    const store = await newDatabase(server, "bench_observe");
    await migrateStore(addressOf(store), () => Promise.resolve(0));
    await rolloutIn(addressOf(store));
    walls.observed.push(await observed(store, n));
  }
  const rate = (PROCESSES * n * 1000) / median(walls.observed);
  const bare = (PROCESSES * n * 1000) / median(walls.bare);
  const against = ratio(median(walls.observed.map((wall, i) => wall / walls.bare[i])));
  const whole = (x) => Math.round(x).toLocaleString("en-US");
  return [
    {
      what: `observe on PostgreSQL, ${PROCESSES} processes, one target with a rollout (${against} a bare insert by one client, ${whole(bare)}/s)`,
      result: `${whole(rate)}/s`,
      aim: `≥ ${whole(AIM)}/s`,
      met: rate >= AIM,
    },
  ];
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "3" }, n: { type: "string", default: "25000" } },
  });
  console.log(table(await measurePostgres({ runs: Number(values.runs), n: Number(values.n) })));
}
