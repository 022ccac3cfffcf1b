import { isOver, type RolloutState } from "../rollout/next.ts";
import { replayRollout } from "../rollout/replay.ts";
import { looksOf, type Rollout, rolloutBySeq, transitionsOf } from "../rollout/rollouts.store.ts";
import type { Sqlite } from "../state/connection.ts";

/** What is half done in a store, in words; nothing in a sound one. One snapshot, so that others may write meanwhile. */
export function halfDone(sqlite: Sqlite): string[] {
  return sqlite.transaction(() => {
    const rollouts = sqlite.prepare<[], number>("SELECT seq FROM rollouts ORDER BY seq").pluck().all();
    return [
      ...broken(sqlite),
      ...unrecorded(sqlite),
      ...rollouts.flatMap((seq) => {
        const rollout = rolloutBySeq(sqlite, seq) as Rollout;
        return rolloutProblems(sqlite, rollout).map((problem) => `rollout ${seq}: ${problem}`);
      }),
    ];
  })();
}

function broken(sqlite: Sqlite): string[] {
  const integrity = sqlite.pragma("integrity_check", { simple: true });
  const foreign = sqlite.pragma("foreign_key_check") as object[];
  return [
    ...(integrity === "ok" ? [] : [`integrity_check: ${String(integrity)}`]),
    ...foreign.map((row) => `points at nothing: ${JSON.stringify(row)}`),
  ];
}

/** A change has exactly one audit event, and an event of a change has its change. */
function unrecorded(sqlite: Sqlite): string[] {
  const ids = (sql: string) => sqlite.prepare<[], number>(sql).pluck().all().join();
  const same = (what: string, changes: string, events: string) => {
    const [found, expected] = [ids(changes), ids(events)];
    return found === expected ? [] : [`${what} with events ${found}, but the audit events are ${expected}`];
  };
  return [
    ...same(
      "transitions",
      "SELECT auditEvent FROM transitions ORDER BY 1",
      "SELECT id FROM auditEvents WHERE action LIKE 'rollout.%' ORDER BY 1",
    ),
    ...same(
      "stable versions",
      "SELECT auditEvent FROM stables WHERE rollout IS NULL ORDER BY 1",
      "SELECT id FROM auditEvents WHERE action IN ('promote', 'rollback') ORDER BY 1",
    ),
  ];
}

function rolloutProblems(sqlite: Sqlite, rollout: Rollout): string[] {
  const { seq, state, look, endedAt } = rollout;
  const transitions = transitionsOf(sqlite, seq);
  const states = transitions.map((row) => JSON.parse(row.state) as RolloutState);
  const columns = sqlite.prepare("SELECT phase, weight FROM rollouts WHERE seq = ?").get(seq);
  const checks: [string, unknown, unknown][] = [
    ["the state and the last transition's", state, states.at(-1)],
    ["the columns and the state", columns, { phase: state.phase, weight: state.weight }],
    ["ended, and over", endedAt !== null, isOver(state.phase)],
    ["numbers of transitions", transitions.map((row) => row.seq), transitions.map((_, i) => i + 1)],
    ["numbers of looks", looksOf(sqlite, seq).map((row) => row.look), Array.from({ length: look - 1 }, (_, i) => i + 1)],
    ["stable versions and promotions", stablesBy(sqlite, seq), promotionsIn(rollout, states)],
    ["differences of a replay", replayRollout(sqlite, rollout).differences, []],
  ]; // prettier-ignore
  return checks.flatMap(([what, found, expected]) => {
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
    return a === b ? [] : [`${what}: ${a}, ${b}`];
  });
}

function stablesBy(sqlite: Sqlite, rollout: number): string[] {
  return sqlite
    .prepare<[number], string>("SELECT how || ' ' || version FROM stables WHERE rollout = ? ORDER BY id")
    .pluck()
    .all(rollout);
}

/** What its history must have made everybody be served. */
function promotionsIn({ control, candidate }: Rollout, states: readonly RolloutState[]): string[] {
  return states.flatMap(({ phase }, i) => {
    if (phase === "promoted") return [`rollout ${candidate}`];
    return states[i - 1]?.phase === "promoted" ? [`rollback ${control}`] : [];
  });
}
