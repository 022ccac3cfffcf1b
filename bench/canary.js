// One turn of a rollout whose store has a million observations: it reads what was counted, not what was observed.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { recordObservations } from "../dist/observations/record.js";
import { advance } from "../dist/operations/watch.js";
import { rolloutDocument } from "../dist/report/rollout/document.js";
import { reasonText } from "../dist/report/rollout/reasons.js";
import { rolloutView } from "../dist/rollout/view.js";
import { connect } from "../dist/state/connection.js";
import { AGENTOPS, inTempFolder, isMain, median, ratio, runNode, table } from "./measure.js";
import { outcomes, storeWithRollout } from "./rollout-store.js";

const AIM_MS = 100;
const PLACE = { environment: "production", target: "prompts/x" };
const BATCH = 10_000;
const AT = "2026-11-21T12:00:00.000Z";

export async function measureCanary({ n = 1_000_000, runs = 9 } = {}) {
  return inTempFolder(async (cwd) => {
    const store = join(cwd, "state.db");
    storeWithRollout(store);
    const { all, once } = filled(store, n);
    const turns = Array.from({ length: runs }, () => turnMs(store));
    const commands = [];
    const empty = [];
    for (let i = 0; i < runs; i++) {
      const env = { AGENTOPS_STORE: store };
      commands.push(
        (await runNode([AGENTOPS, "canary", "advance", "prompts/x", "--env", "production"], { cwd, env })).wallMs,
      );
      empty.push((await runNode(["-e", "0"], { cwd })).wallMs);
    }
    const turn = Math.max(once, ...turns);
    return [
      {
        what: `the slowest of ${runs + 1} turns with ${n.toLocaleString("en-US")} stored observations, intervals and history included (median ${median(turns).toFixed(1)} ms; reading them all by hand: ${all.toFixed(0)} ms)`,
        result: `${turn.toFixed(1)} ms`,
        aim: `≤ ${AIM_MS} ms`,
        met: turn <= AIM_MS,
      },
      {
        what: `agentops canary advance: wall ÷ node -e 0 (${median(commands).toFixed(0)} ms ÷ ${median(empty).toFixed(0)} ms)`,
        result: ratio(median(commands) / median(empty)),
      },
    ];
  });
}

/** The first turn judges them all; it is timed as well. */
function filled(store, n) {
  const sqlite = connect(store, { durability: "normal" });
  const lines = outcomes(n);
  let once = 0;
  for (let from = 0; from < n; from += BATCH) {
    recordObservations(sqlite, PLACE.environment, lines.slice(from, from + BATCH), new Date(AT));
    if (from + BATCH >= n) once = turnMs(store);
  }
  const started = performance.now();
  const sums = sqlite.prepare("SELECT version, COUNT(*), SUM(success) FROM observations GROUP BY version").all();
  const all = performance.now() - started;
  if (sums.length !== 2) throw new Error("the store is not what was written");
  sqlite.close();
  return { all, once };
}

function turnMs(store) {
  const started = performance.now();
  const sqlite = connect(store, { durability: "full" });
  const clock = { now: () => new Date(AT), monotonicMs: () => 0 };
  const turn = advance(sqlite, PLACE, { clock, actor: "bench", store, say: reasonText });
  const document = rolloutDocument(rolloutView(sqlite, turn.rollout, turn.judged, turn));
  const ended = performance.now();
  if (document.analysis.guardrails[0].control.n === 0) throw new Error("nothing was judged");
  sqlite.close();
  return ended - started;
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { n: { type: "string", default: "1000000" } } });
  console.log(table(await measureCanary({ n: Number(values.n) })));
}
