// One turn of a rollout whose store has a million observations: it reads what was counted, not what was observed.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { recorderFor } from "../dist/observations/record.js";
import { advance } from "../dist/operations/watch.js";
import { rolloutDocument } from "../dist/report/rollout/document.js";
import { reasonText } from "../dist/report/rollout/reasons.js";
import { rolloutView } from "../dist/rollout/view.js";
import { fileAddress } from "../dist/state/address.js";
import { openStore } from "../dist/state/open.js";
import { raw, rowsOf } from "../dist/state/raw.js";
import { AGENTOPS, inTempFolder, isMain, median, ratio, runNode, table } from "./measure.js";
import { outcomes, storeWithRollout } from "./rollout-store.js";

const AIM_MS = 100;
const PLACE = { environment: "production", target: "prompts/x" };
const BATCH = 10_000;
const AT = "2026-11-21T12:00:00.000Z";

export async function measureCanary({ n = 1_000_000, runs = 9 } = {}) {
  return inTempFolder(async (cwd) => {
    const store = join(cwd, "state.db");
    await storeWithRollout(store);
    const { all, once } = await filled(store, n);
    const turns = [];
    for (let i = 0; i < runs; i++) turns.push(await turnMs(store));
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
async function filled(file, n) {
  const store = await openStore(fileAddress(file), { durability: "normal" });
  const recorder = recorderFor(store);
  const lines = outcomes(n);
  let once = 0;
  for (let from = 0; from < n; from += BATCH) {
    await recorder.record(PLACE.environment, lines.slice(from, from + BATCH), new Date(AT));
    if (from + BATCH >= n) once = await turnMs(file);
  }
  const started = performance.now();
  const byHand = raw("SELECT version, COUNT(*), SUM(success) FROM observations GROUP BY version");
  const sums = await rowsOf(store.db, byHand);
  const all = performance.now() - started;
  if (sums.length !== 2) throw new Error("the store is not what was written");
  await store.close();
  return { all, once };
}

async function turnMs(file) {
  const address = fileAddress(file);
  const started = performance.now();
  const store = await openStore(address, { durability: "full" });
  const clock = { now: () => new Date(AT), monotonicMs: () => 0 };
  const turn = await advance(store, PLACE, { clock, actor: "bench", markers: address.markers, say: reasonText });
  const document = rolloutDocument(await rolloutView(store.db, turn.rollout, turn.judged, turn));
  const ended = performance.now();
  if (document.analysis.guardrails[0].control.n === 0) throw new Error("nothing was judged");
  await store.close();
  return ended - started;
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { n: { type: "string", default: "1000000" } } });
  console.log(table(await measureCanary({ n: Number(values.n) })));
}
