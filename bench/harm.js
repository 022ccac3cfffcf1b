// A harmful candidate (95 % → 54 %) at 5 % under 10,000 requests at 2,000 a second, with nobody watching: after how many of its answers it is
// taken back, and what that costs the agent's event loop beside the same traffic without a rollout. With AGENTOPS_BENCH_SERVER also on PostgreSQL.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { addressOf, fileAddress } from "../dist/state/address.js";
import { migrateStore } from "../dist/state/migrate.js";
import { inTempFolder, isMain, median, runNode, table } from "./measure.js";
import { promote, rolloutIn } from "./rollout-store.js";

const AIM_MS = 1;
const SDK = new URL("../dist/sdk/index.js", import.meta.url).href;

/** The loop never waits: what its turns take longer than usual is what somebody else's request would have waited. */
const AGENT = `
const { AgentOps } = await import(${JSON.stringify(SDK)});
const [seed, n] = [Number(process.argv[1]), 10000];
const ops = new AgentOps({ store: process.env.STORE, env: "production" });
let state = seed;
const draw = () => ((state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32);
const gaps = new Float64Array(4e6);
let [turns, asked, candidates, undoneAfter] = [0, 0, 0, null];
const began = performance.now();
await new Promise((done) => {
  let last = performance.now();
  const turn = () => {
    const now = performance.now();
    if (now - began > 500 && turns < gaps.length) gaps[turns++] = now - last;
    last = now;
    while (asked < n && asked < (now - began) * 2) {
      asked++;
      const { served, version, variant, value } = ops.resolve("prompts/x", { unit: "user-" + Math.floor(draw() * 50000) });
      if (value === null) throw new Error("nothing was served");
      if (version === "v2") candidates++;
      else if (variant === "stable" && candidates > 0) undoneAfter ??= candidates;
      ops.observe({ ...served, success: draw() < (version === "v2" ? 0.54 : 0.95) });
    }
    if (asked < n) setImmediate(turn);
    else done();
  };
  turn();
});
ops.close();
const sorted = gaps.subarray(0, turns).sort();
console.log(JSON.stringify({ p999: sorted[Math.floor(turns * 0.999)], max: sorted[turns - 1], candidates, undoneAfter }));
`;

async function runAgent(store, seed) {
  const { stdout } = await runNode(["--input-type=module", "-e", AGENT, String(seed)], {
    cwd: tmpdir(),
    env: { STORE: store },
  });
  return JSON.parse(stdout);
}

/** Both worlds in each round; the difference within a round is what the rollout costs. */
async function measureOn(engine, newStore, rounds) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    const without = await runAgent(await newStore(`stable${round}`, promote), round + 1);
    pairs.push({ without, during: await runAgent(await newStore(`rollout${round}`), round + 1) });
  }
  const undone = pairs.map(({ during }) => during.undoneAfter ?? Infinity);
  const added = median(pairs.map(({ during, without }) => during.p999 - without.p999));
  const of = (which, key) => median(pairs.map((pair) => pair[which][key])).toFixed(2);
  return [
    {
      what: `${engine}: answers of a harmful candidate until it was taken back (${undone.join(", ")})`,
      result: String(median(undone)),
      aim: "taken back",
      met: undone.every(Number.isFinite),
    },
    {
      what: `${engine}: event-loop turn, p99.9 with − without a rollout (${of("during", "p999")} − ${of("without", "p999")} ms; longest ${of("during", "max")}, ${of("without", "max")})`,
      result: `${added.toFixed(2)} ms`,
      aim: `≤ ${AIM_MS} ms`,
      met: added <= AIM_MS,
    },
  ];
}

export async function measureHarm({ rounds = 5 } = {}) {
  const server = process.env.AGENTOPS_BENCH_SERVER;
  const file = await inTempFolder((cwd) =>
    measureOn(
      "file",
      async (name, work) => {
        const store = join(cwd, name, "state.db");
        await rolloutIn(fileAddress(store), work);
        return store;
      },
      rounds,
    ),
  );
  if (server === undefined) return file;
  const onServer = await measureOn(
    "server",
    async (name, work) => {
      const admin = new pg.Client({ connectionString: `${server}/postgres` });
      await admin.connect();
      await admin.query(`DROP DATABASE IF EXISTS bench_${name} WITH (FORCE)`);
      await admin.query(`CREATE DATABASE bench_${name}`);
      await admin.end();
      const address = addressOf(`${server}/bench_${name}`, null);
      await migrateStore(address, () => Promise.resolve(0));
      await rolloutIn(address, work);
      return address.location;
    },
    rounds,
  );
  return [...file, ...onServer];
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
  console.log(table(await measureHarm({ rounds: Number(values.rounds) })));
}
