import type { Db } from "../state/store.ts";
import { judge } from "./judge.ts";
import { addLook, type Evidence, NO_EVIDENCE } from "./evidence.ts";
import { type StoredLook, storedLook } from "./look.ts";
import { next } from "./next.ts";
import { pendingState, type RolloutEvent } from "./state.ts";
import { breachesOf, countsOf, looksOf, type Rollout, transitionsOf } from "./rollouts.store.ts";
import type { ReplayDocument } from "./schema.ts";

/** Sums of logarithms in the same order give the same numbers; another machine's logarithm may differ in the last digit. */
const SLACK = 1e-9;

/** Re-derives every look's verdict from the counts and every state from its event; reads the store and changes nothing. */
export async function replayRollout(db: Db, rollout: Rollout): Promise<ReplayDocument> {
  const looks = await looksOf(db, rollout.seq);
  const transitions = await transitionsOf(db, rollout.seq);
  const { id, target, environment: env } = rollout;
  return {
    schema: "agentops.replay/1",
    id,
    target,
    env,
    looks: looks.length,
    transitions: transitions.length,
    differences: [...(await lookDifferences(db, rollout)), ...(await stateDifferences(db, rollout))],
  };
}

async function lookDifferences(db: Db, rollout: Rollout): Promise<string[]> {
  const { seq, plan, caps } = rollout;
  const breaches = await breachesOf(db, seq);
  let evidence: Evidence = NO_EVIDENCE;
  const differences: string[] = [];
  for (const { look, verdict, analysis } of await looksOf(db, seq)) {
    try {
      evidence = addLook(evidence, await countsOf(db, rollout, look), plan, caps);
    } catch (error) {
      // Counts that no units can have were not written by a look.
      if (!(error instanceof RangeError)) throw error;
      differences.push(`look ${look}: stored ${verdict}, but ${error.message}`);
      continue;
    }
    const judged = judge({ plan, caps, evidence, breaches: breaches.filter((breach) => breach.look <= look) });
    const stored = JSON.parse(analysis) as StoredLook;
    if (judged.verdict === verdict && isClose(stored, storedLook(judged))) continue;
    const now = `now ${judged.verdict} ${summary(storedLook(judged))}`;
    differences.push(`look ${look}: stored ${verdict} ${summary(stored)}, ${now}`);
  }
  const differs = !isClose(evidence, rollout.evidence);
  return differs ? [...differences, "the evidence in force is not what the counts give"] : differences;
}

async function stateDifferences(db: Db, rollout: Rollout): Promise<string[]> {
  const { seq, plan, createdAt } = rollout;
  let state = pendingState(createdAt, plan);
  const differences = (await transitionsOf(db, seq)).flatMap((row) => {
    const event = JSON.parse(row.event) as RolloutEvent;
    state = next(state, event, plan);
    const same = JSON.stringify(state) === row.state;
    return same
      ? []
      : [
          `transition ${row.seq} (${event.type}): stored ${row.phase} at ${row.weight}, now ${state.phase} at ${state.weight}`,
        ];
  });
  const differs = JSON.stringify(state) !== JSON.stringify(rollout.state);
  return differs
    ? [...differences, `the rollout is ${rollout.state.phase}, but its history leads to ${state.phase}`]
    : differences;
}

function summary({ guardrails }: StoredLook): string {
  return guardrails.map(({ name, harm }) => `${name} ln E ${harm.toFixed(3)}`).join(", ");
}

/** The same plain data, numbers within rounding. */
function isClose(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number")
    return Math.abs(a - b) <= SLACK * Math.max(1, Math.abs(a), Math.abs(b));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isClose((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
