// From a kill's answer to its being seen by an agent's process: at the next checkpoint of a loop that never yields, and by its signal while it is
// idle; with AGENTOPS_BENCH_SERVER also on another machine, which reads no markers. And what the thread of a process costs.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { kill } from "../dist/kill/kill.js";
import { addressOf, fileAddress } from "../dist/state/address.js";
import { migrateStore } from "../dist/state/migrate.js";
import { inTempFolder, isMain, median, runNode, table, track } from "./measure.js";
import { promote, rolloutIn } from "./rollout-store.js";

const SDK = new URL("../dist/sdk/index.js", import.meta.url).href;
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const epoch = () => performance.timeOrigin + performance.now();

/** One agent a line of stdin: says when it is ready, and when it saw that it was killed. */
const VICTIM = `
const { AgentOps } = await import(${JSON.stringify(SDK)});
const ops = new AgentOps({ store: process.env.STORE, ...(process.env.MARKERS && { markers: process.env.MARKERS }), env: "production" });
const epoch = () => performance.timeOrigin + performance.now();
const lines = (await import("node:readline")).createInterface({ input: process.stdin });
for await (const name of lines) {
  ops.checkpoint(name);
  console.log("ready");
  if (process.env.KIND === "idle") {
    const signal = ops.signal(name);
    await new Promise((done) => signal.addEventListener("abort", done));
  } else {
    try { for (;;) ops.checkpoint(name); } catch {}
  }
  console.log(epoch());
}
ops.close();
`;

async function seen(store, { kind, markers, kills }) {
  const env = { ...process.env, STORE: store.location, KIND: kind, ...(markers !== undefined && { MARKERS: markers }) };
  const child = track(
    spawn(process.execPath, ["--input-type=module", "-e", VICTIM], { env, stdio: ["pipe", "pipe", "inherit"] }),
  );
  let [rest, waiter] = ["", undefined];
  const queue = [];
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    queue.push(...lines);
    waiter?.();
  });
  const line = async () => {
    while (queue.length === 0) await new Promise((done) => (waiter = done));
    return queue.shift();
  };
  const times = [];
  for (let i = 0; i < kills; i++) {
    const name = `agents/${kind}-${i}`;
    child.stdin.write(`${name}\n`);
    await line();
    await new Promise((done) => setTimeout(done, 50 + ((i * 7) % 40)));
    await kill(
      { store, clock, waitMs: 2000 },
      { environment: "production", targets: [name], actor: "bench", reason: "bench" },
    );
    const done = epoch();
    times.push(Math.max(0, Number(await line()) - done));
  }
  child.stdin.end();
  return times.sort((a, b) => a - b);
}

const row = (what, times, most) => ({
  what: `${what}: median (longest of ${times.length}: ${times.at(-1).toFixed(0)} ms)`,
  result: `${median(times).toFixed(1)} ms`,
  aim: `≤ ${most} ms`,
  met: times.at(-1) <= most,
});

export async function measureSeen({ kills = 20 } = {}) {
  return inTempFolder(async (cwd) => {
    const store = fileAddress(join(cwd, "state.db"));
    await rolloutIn(store, promote);
    const rows = [
      row("a kill seen by a busy loop's checkpoint", await seen(store, { kind: "busy", kills }), 50),
      row("a kill seen by an idle process's signal", await seen(store, { kind: "idle", kills }), 50),
    ];
    rows.push(...(await thread(store)));
    const server = process.env.AGENTOPS_BENCH_SERVER;
    if (server === undefined) return rows;
    const admin = new pg.Client({ connectionString: `${server}/postgres` });
    await admin.connect();
    await admin.query("DROP DATABASE IF EXISTS bench_seen WITH (FORCE)");
    await admin.query("CREATE DATABASE bench_seen");
    await admin.end();
    const address = addressOf(`${server}/bench_seen`, join(cwd, "here"));
    await migrateStore(address, () => Promise.resolve(0));
    await rolloutIn(address, promote);
    const markers = join(cwd, "elsewhere");
    for (const kind of ["busy", "idle"])
      rows.push(
        row(
          `the same on another machine, ${kind}, through the server`,
          await seen(address, { kind, markers, kills }),
          500,
        ),
      );
    return rows;
  });
}

/** Memory and start of a process that shows itself beside one that ends before its thread begins. */
async function thread(store) {
  const code = (ms) => `
    const { AgentOps } = await import(${JSON.stringify(SDK)});
    const ops = new AgentOps({ store: ${JSON.stringify(store.location)}, env: "production" });
    ops.resolve("prompts/x");
    const began = performance.now();
    await new Promise((done) => setTimeout(done, ${ms}));
    console.log(JSON.stringify({ rss: process.memoryUsage().rss }));
    ops.close();`;
  const rss = async (ms) => JSON.parse((await runNode(["--input-type=module", "-e", code(ms)])).stdout).rss / 2 ** 20;
  const pairs = [];
  for (let i = 0; i < 5; i++) pairs.push((await rss(1500)) - (await rss(300)));
  return [
    { what: "memory of the thread that shows a process and writes for it", result: `${median(pairs).toFixed(0)} MB` },
  ];
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { kills: { type: "string", default: "20" } } });
  console.log(table(await measureSeen({ kills: Number(values.kills) })));
}
