// Production outcomes a second, with a rollout under way that counts them: through the SDK and through `agentops observe`.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AGENTOPS, inTempFolder, isMain, median, ratio, runNode, table } from "./measure.js";
import { outcomes, storeWithRollout } from "./rollout-store.js";

const AIM = 60_000;
const BATCH = 1000;
const SDK = new URL("../dist/sdk/index.js", import.meta.url).href;
const FLUSH = `
const { AgentOps } = await import(${JSON.stringify(SDK)});
const { readFileSync } = await import("node:fs");
const all = readFileSync("outcomes.jsonl", "utf8").trimEnd().split("\\n").map((line) => JSON.parse(line));
const ops = new AgentOps({ store: process.env.STORE, env: "production", queueLimit: 1e9 });
const started = performance.now();
for (const outcome of all) ops.observe(outcome);
const queued = performance.now() - started;
// It gives up after 2 s, whether the store takes them or not.
while (!ops.flush() && ops.stats().failures === 0);
if (ops.stats().recorded !== all.length) throw new Error(JSON.stringify(ops.stats()));
console.log(JSON.stringify({ queued, wallMs: performance.now() - started }));
ops.close();
`;

/** What the same rows cost without us: one table, one unique key. */
function bareInsert(file, rows) {
  const Database = createRequire(import.meta.url)("better-sqlite3");
  const sqlite = new Database(file);
  sqlite.pragma("journal_mode = WAL");
  sqlite.pragma("synchronous = normal");
  sqlite.exec("CREATE TABLE o (seq INTEGER PRIMARY KEY, target TEXT, id TEXT, version TEXT, unit TEXT, success INTEGER, latencyMs REAL, costUsd REAL, safe INTEGER, at TEXT, UNIQUE (target, id))"); // prettier-ignore
  const insert = sqlite.prepare("INSERT INTO o (target, id, version, unit, success, latencyMs, costUsd, safe, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"); // prettier-ignore
  const started = performance.now();
  for (let i = 0; i < rows.length; i += BATCH) {
    sqlite.transaction(() => {
      for (const { target, id, version, unit, success, latencyMs, costUsd, safe, at } of rows.slice(i, i + BATCH))
        insert.run(target, id, version, unit, Number(success), latencyMs, costUsd, Number(safe), at);
    })();
  }
  const wallMs = performance.now() - started;
  sqlite.close();
  return wallMs;
}

export async function measureObserve({ runs = 3, n = 100_000 } = {}) {
  return inTempFolder(async (cwd) => {
    const rows = outcomes(n);
    writeFileSync(join(cwd, "outcomes.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const walls = { bare: [], sdk: [], queued: [], command: [] };
    for (let round = 0; round < runs; round++) {
      const stores = ["sdk", "command"].map((name) => join(cwd, `${name}-${round}.db`));
      for (const store of stores) await storeWithRollout(store);
      walls.bare.push(bareInsert(join(cwd, `bare-${round}.db`), rows));
      const flushed = await runNode(["--input-type=module", "-e", FLUSH], { cwd, env: { STORE: stores[0] } });
      const { queued, wallMs } = JSON.parse(flushed.stdout);
      walls.sdk.push(wallMs);
      walls.queued.push(queued);
      const env = { AGENTOPS_STORE: stores[1] };
      const args = [AGENTOPS, "observe", "outcomes.jsonl", "--env", "production", "--json"];
      const observed = await runNode(args, { cwd, env });
      if (JSON.parse(observed.stdout).recorded !== n) throw new Error(observed.stdout);
      walls.command.push(observed.wallMs);
    }
    return rowsOf(walls, n);
  });
}

function rowsOf({ bare, sdk, queued, command }, n) {
  const rate = (wallsMs) => n / (median(wallsMs) / 1000);
  const against = (wallsMs) => ratio(median(wallsMs.map((wall, i) => wall / bare[i])));
  const row = (what, wallsMs) => ({
    what: `${what} (${against(wallsMs)} a bare insert of the same rows, ${whole(rate(bare))}/s)`,
    result: `${whole(rate(wallsMs))}/s`,
    aim: `≥ ${whole(AIM)}/s`,
    met: rate(wallsMs) >= AIM,
  });
  return [
    row("SDK: observe() and flush(), counted for a rollout", sdk),
    row("agentops observe FILE, read twice, with its start", command),
    { what: "observe() alone: the caller's time", result: `${((median(queued) / n) * 1000).toFixed(1)} µs` },
  ];
}

function whole(n) {
  return Math.round(n).toLocaleString("en-US");
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "3" }, n: { type: "string", default: "100000" } },
  });
  console.log(table(await measureObserve({ runs: Number(values.runs), n: Number(values.n) })));
}
