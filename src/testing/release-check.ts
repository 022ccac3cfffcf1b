import { isOver, type RolloutState } from "../rollout/state.ts";
import { replayRollout } from "../rollout/replay.ts";
import { looksOf, type Rollout, rolloutBySeq, transitionsOf } from "../rollout/rollouts.store.ts";
import { raw, rowsOf, type Value } from "../state/raw.ts";
import type { Store, Tx } from "../state/store.ts";
import type { TestStore } from "./store.ts";

/** What is half done in a store, in words; nothing in a sound one. One snapshot, so that others may write meanwhile. */
export async function halfDone(store: TestStore | Store): Promise<string[]> {
  const file = store.address.engine === "sqlite" ? await broken(store) : [];
  return store.inTransaction(async (tx) => {
    const problems = [...file, ...(await unrecorded(tx))];
    for (const seq of await column<number>(tx, "SELECT seq FROM rollouts ORDER BY seq")) {
      const rollout = (await rolloutBySeq(tx, seq)) as Rollout;
      problems.push(...(await rolloutProblems(tx, rollout)).map((problem) => `rollout ${seq}: ${problem}`));
    }
    return problems;
  });
}

async function column<T>(tx: Tx, sql: string, ...values: Value[]): Promise<T[]> {
  return (await rowsOf(tx, raw<object>(sql, ...values))).map((row) => Object.values(row)[0] as T);
}

/** What only a file can be. */
async function broken({ db }: Store): Promise<string[]> {
  const [integrity] = await rowsOf(db, raw<{ integrity_check: string }>("PRAGMA integrity_check"));
  const foreign = await rowsOf(db, raw<object>("PRAGMA foreign_key_check"));
  return [
    ...(integrity?.integrity_check === "ok" ? [] : [`integrity_check: ${integrity?.integrity_check ?? ""}`]),
    ...foreign.map((row) => `points at nothing: ${JSON.stringify(row)}`),
  ];
}

/** A change has exactly one audit event, and an event of a change has its change. */
async function unrecorded(tx: Tx): Promise<string[]> {
  const same = async (what: string, changes: string, events: string) => {
    const [found, expected] = [(await column(tx, changes)).join(), (await column(tx, events)).join()];
    return found === expected ? [] : [`${what} with events ${found}, but the audit events are ${expected}`];
  };
  return [
    ...(await same(
      "transitions",
      `SELECT "auditEvent" FROM transitions ORDER BY 1`,
      `SELECT id FROM "auditEvents" WHERE action LIKE 'rollout.%' AND action NOT IN ('rollout.ack', 'rollout.notify') ORDER BY 1`,
    )),
    ...(await same(
      "stable versions",
      `SELECT "auditEvent" FROM stables WHERE rollout IS NULL ORDER BY 1`,
      `SELECT id FROM "auditEvents" WHERE action IN ('promote', 'rollback') ORDER BY 1`,
    )),
  ];
}

async function rolloutProblems(tx: Tx, rollout: Rollout): Promise<string[]> {
  const { seq, state, look, endedAt } = rollout;
  const transitions = await transitionsOf(tx, seq);
  const states = transitions.map((row) => JSON.parse(row.state) as RolloutState);
  const [columns] = await rowsOf(tx, raw("SELECT phase, weight FROM rollouts WHERE seq = $1", seq));
  const checks: [string, unknown, unknown][] = [
    ["the state and the last transition's", state, states.at(-1)],
    ["the columns and the state", columns, { phase: state.phase, weight: state.weight }],
    ["ended, and over", endedAt !== null, isOver(state.phase)],
    ["numbers of transitions", transitions.map((row) => row.seq), transitions.map((_, i) => i + 1)],
    ["numbers of looks", (await looksOf(tx, seq)).map((row) => row.look), Array.from({ length: look - 1 }, (_, i) => i + 1)],
    ["stable versions and promotions", await stablesBy(tx, seq), promotionsIn(rollout, states)],
    ["differences of a replay", (await replayRollout(tx, rollout)).differences, []],
  ]; // prettier-ignore
  return checks.flatMap(([what, found, expected]) => {
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
    return a === b ? [] : [`${what}: ${a}, ${b}`];
  });
}

function stablesBy(tx: Tx, rollout: number): Promise<string[]> {
  return column(tx, "SELECT how || ' ' || version FROM stables WHERE rollout = $1 ORDER BY id", rollout);
}

/** What its history must have made everybody be served. */
function promotionsIn({ control, candidate }: Rollout, states: readonly RolloutState[]): string[] {
  return states.flatMap(({ phase }, i) => {
    if (phase === "promoted") return [`rollout ${candidate}`];
    return states[i - 1]?.phase === "promoted" ? [`rollback ${control}`] : [];
  });
}
