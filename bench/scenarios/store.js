import { join } from "node:path";
import { turningRecorder } from "../../dist/operations/record.js";
import { reasonText } from "../../dist/report/rollout/reasons.js";
import { latestRollout } from "../../dist/rollout/rollouts.store.js";
import { startRollout } from "../../dist/rollout/start.js";
import { storedNow } from "../../dist/rollout/stored.js";
import { fileAddress } from "../../dist/state/address.js";
import { operatorLocks } from "../../dist/state/locks.js";
import { openStore } from "../../dist/state/open.js";
import { inTempFolder } from "../measure.js";
import { promote } from "../rollout-store.js";
import { drive } from "./drive.js";
import { BEGIN, endOf } from "./ours.js";
import { HOUR } from "./traffic.js";

const PLACE = { environment: "production", target: "prompts/x" };

/** One run through a store of its own: `canary start`, then every outcome by the recorder that an agent's process has, with a clock of ours. */
export function inStore(world, traffic) {
  return inTempFolder(async (folder) => {
    const address = fileAddress(join(folder, "state.db"));
    const store = await openStore(address, { durability: "normal" });
    try {
      return await drive(await engineOf(store, world, traffic), world, traffic);
    } finally {
      await store.close();
    }
  });
}

async function engineOf(store, world, { id }) {
  await store.inTransaction(promote, operatorLocks(PLACE));
  const rollout = await startRollout(store, {
    ...{
      id,
      ...PLACE,
      settings: world.settings,
      outcomes: settleOf(world),
      fast: world.fast === true,
      at: new Date(BEGIN).toISOString(),
      actor: "bench",
      reason: "bench",
    },
    release: { target: PLACE.target, version: "v2", digest: "sha256:2", content: "{}", gitCommit: "2".repeat(40), publishedBy: "bench", publishedAt: new Date(BEGIN).toISOString() }, // prettier-ignore
    admit: () => Promise.resolve({ overridden: [] }),
  });
  const time = { ms: 0, ahead: 0 };
  const clock = { now: () => new Date(BEGIN + time.ms + time.ahead), monotonicMs: () => time.ms };
  const raise = (error) => {
    throw error;
  };
  const taker = { via: "sdk", clock, markers: null, say: reasonText, onTrouble: raise, tell: () => Promise.resolve() };
  const recorder = turningRecorder(store, taker);
  const exposures = [];
  let seen = rollout;
  const engine = {
    weight: rollout.state.weight,
    phase: null,
    units: () => seen.evidence.candidateUnits,
    evidence: () => seen.evidence,
    tick: () => undefined,
    serve({ servedAt, unit, isCandidate, weight }) {
      const minute = Math.floor((BEGIN + servedAt) / 60_000);
      const version = isCandidate ? "v2" : "v1";
      exposures.push({ target: PLACE.target, version, minute, n: 1, unit: `u${unit}`, rollout: rollout.id, weight });
    },
    async observe(event) {
      // What was served is written before what became of it.
      await recorder.expose(PLACE.environment, { exposures: exposures.splice(0) }, clock.now());
      time.ms = event.at;
      time.ahead = (world.clocksAhead?.[event.host] ?? 0) * HOUR;
      await recorder.record(PLACE.environment, [lineOf(world, rollout, event)], clock.now());
      seen = await latestRollout(store.db, PLACE.environment, PLACE.target);
      engine.weight = seen.state.weight;
      if (seen.state.phase !== "progressing" && seen.state.phase !== "promoting")
        Object.assign(engine, endOf(seen.state, (await storedNow(store.db, seen)).judged));
    },
  };
  return engine;
}

function settleOf({ outcomes }) {
  return outcomes === undefined ? {} : { settle: `${outcomes.settleHours}h` };
}

/** What an agent's process reports: with the weight it was served at, unless the world is of callers that leave that out. */
function lineOf({ undeclared = false, clocksAhead }, rollout, { unit, isCandidate, success, latencyMs, costUsd, breach, weight, servedAt, host }) {
  return {
    target: PLACE.target,
    version: isCandidate ? "v2" : "v1",
    unit: `u${unit}`,
    success,
    ...(latencyMs !== undefined && { latencyMs }),
    ...(costUsd !== undefined && { costUsd }),
    ...(breach !== undefined && { safe: !breach }),
    // Without a time an outcome is of the moment it is reported.
    ...(!undeclared && {
      rollout: rollout.id,
      weight,
      at: new Date(BEGIN + servedAt + (clocksAhead?.[host] ?? 0) * HOUR).toISOString(),
    }),
  };
} // prettier-ignore
