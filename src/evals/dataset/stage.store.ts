import { createHash } from "node:crypto";
import { canonicalJson } from "../../core/canonical.ts";
import type { RunStore } from "../../state/runs.ts";
import type { EvalCase } from "../../scorers/scorer.ts";
import { sampleRank } from "./selection.ts";

type Sqlite = RunStore["sqlite"];

/**
 * Cases and recorded outputs on their way in, in temporary tables: they spill to disk, so memory stays flat, find
 * duplicates by key, and touch the shared file only when the whole dataset is known to be good.
 */
export interface Stage {
  /** `same`: an identical case is there already; `different`: another case has this id (`line` says where). */
  addCase(evalCase: EvalCase, line: number): { result: "added" | "same" | "different"; line: number };
  addOutput(caseId: string, label: string, record: string, line: number): { added: boolean; line: number };
  keepSample(size: number): void;
  count(): number;
  /** Outputs of the case that has most of them. */
  mostOutputs(): number;
  /** Outputs of selected cases that a run of so many trials has no use for. */
  outputsBeyond(trials: number): number;
  outputsWithoutCase(): { count: number; examples: string[] };
  outputOf(caseId: string, trial: number): string | undefined;
  /** Ends the staging without a dataset: a resumed run has its cases already. */
  seal(): void;
  /** Moves the cases into the store under their digest; a dataset already there is shared. */
  save(at: string): { digest: string; cases: number };
  close(): void;
}

const TABLES = `
DROP TABLE IF EXISTS temp.stagedCases;
DROP TABLE IF EXISTS temp.stagedOutputs;
CREATE TEMP TABLE stagedCases (
  seq INTEGER PRIMARY KEY, caseId TEXT NOT NULL UNIQUE, body TEXT NOT NULL, vars TEXT NOT NULL, expected TEXT, tags TEXT,
  cluster TEXT, line INTEGER NOT NULL
);
CREATE TEMP TABLE stagedOutputs (
  caseId TEXT NOT NULL, label ANY NOT NULL, record TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (caseId, label)
) WITHOUT ROWID;
BEGIN;
`;

export function openStage({ sqlite }: RunStore): Stage {
  sqlite.exec(TABLES);
  return {
    ...stagedCases(sqlite),
    ...stagedOutputs(sqlite),
    seal: () => sqlite.exec("COMMIT"),
    save: (at) => save(sqlite, at),
    close() {
      try {
        if (sqlite.inTransaction) sqlite.exec("ROLLBACK");
        sqlite.exec("DROP TABLE IF EXISTS temp.stagedCases; DROP TABLE IF EXISTS temp.stagedOutputs;");
      } catch {
        // They go with the connection; why the file can no longer be written is what the run ends with.
      }
    },
  };
}

function stagedCases(sqlite: Sqlite): Pick<Stage, "addCase" | "keepSample" | "count"> {
  const insert = sqlite.prepare(
    "INSERT OR IGNORE INTO stagedCases (caseId, body, vars, expected, tags, cluster, line) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const find = sqlite.prepare<[string], { body: string; line: number }>(
    "SELECT body, line FROM stagedCases WHERE caseId = ?",
  );
  return {
    addCase({ id, cluster, ...rest }, line) {
      const row = rowOf({ id, cluster, ...rest });
      const { changes } = insert.run(id, row.body, row.vars, row.expected, row.tags, cluster, line);
      if (changes === 1) return { result: "added", line };
      const earlier = find.get(id);
      return { result: earlier?.body === row.body ? "same" : "different", line: earlier?.line ?? 0 };
    },
    keepSample(size) {
      const ids = sqlite.prepare<[], string>("SELECT caseId FROM stagedCases").pluck().all();
      const ranked = ids.map((id) => ({ id, rank: sampleRank(id) }));
      ranked.sort((a, b) => (a.rank === b.rank ? (a.id < b.id ? -1 : 1) : a.rank < b.rank ? -1 : 1));
      const drop = sqlite.prepare("DELETE FROM stagedCases WHERE caseId = ?");
      for (const { id } of ranked.slice(size)) drop.run(id);
    },
    count: () => numberFrom(sqlite, "SELECT count(*) FROM stagedCases"),
  };
}

function stagedOutputs(
  sqlite: Sqlite,
): Pick<Stage, "addOutput" | "mostOutputs" | "outputsBeyond" | "outputsWithoutCase" | "outputOf"> {
  const insert = sqlite.prepare("INSERT OR IGNORE INTO stagedOutputs VALUES (?, ?, ?, ?)");
  const find = sqlite.prepare<[string, string | number], { line: number }>(
    "SELECT line FROM stagedOutputs WHERE caseId = ? AND label = ?",
  );
  const at = sqlite.prepare<[string, number], { record: string }>(
    "SELECT record FROM stagedOutputs WHERE caseId = ? ORDER BY label LIMIT 1 OFFSET ?",
  );
  return {
    addOutput(caseId, label, record, line) {
      // Numbers sort as numbers, so that trial 10 comes after trial 9.
      const key = /^\d{1,15}$/.test(label) ? Number(label) : label;
      const { changes } = insert.run(caseId, key, record, line);
      return { added: changes === 1, line: changes === 1 ? line : (find.get(caseId, key)?.line ?? 0) };
    },
    mostOutputs: () =>
      numberFrom(sqlite, "SELECT max(n) FROM (SELECT count(*) AS n FROM stagedOutputs GROUP BY caseId)"),
    outputsBeyond: (trials) =>
      numberFrom(
        sqlite,
        `SELECT sum(max(n - ${trials}, 0)) FROM (SELECT count(*) AS n FROM stagedOutputs WHERE caseId IN (SELECT caseId FROM stagedCases) GROUP BY caseId)`,
      ),
    outputsWithoutCase() {
      const from = "FROM stagedOutputs WHERE caseId NOT IN (SELECT caseId FROM stagedCases)";
      const examples = sqlite.prepare(`SELECT DISTINCT caseId ${from} LIMIT 5`).pluck().all() as string[];
      return { count: numberFrom(sqlite, `SELECT count(*) ${from}`), examples };
    },
    outputOf: (caseId, trial) => at.get(caseId, trial)?.record,
  };
}

/** The one number a query gives; 0 for none. */
function numberFrom(sqlite: Sqlite, sql: string): number {
  return (sqlite.prepare(sql).pluck().get() as number | null) ?? 0;
}

function rowOf(evalCase: EvalCase) {
  const vars = canonicalJson(evalCase.vars);
  const expected = evalCase.expected === undefined ? null : canonicalJson(evalCase.expected);
  const tags = evalCase.tags.length === 0 ? null : canonicalJson(evalCase.tags);
  return { vars, expected, tags, body: [vars, expected ?? "", tags ?? "", evalCase.cluster ?? ""].join("\n") };
}

function save(sqlite: Sqlite, at: string): { digest: string; cases: number } {
  sqlite.exec("COMMIT");
  const hash = createHash("sha256");
  let cases = 0;
  const rows = sqlite.prepare<[], { caseId: string; body: string }>(
    "SELECT caseId, body FROM stagedCases ORDER BY seq",
  );
  for (const row of rows.iterate()) {
    hash.update(`${JSON.stringify(row.caseId)}\n${row.body}\n`);
    cases += 1;
  }
  const digest = `sha256:${hash.digest("hex")}`;
  sqlite
    .transaction(() => {
      const { changes } = sqlite.prepare("INSERT OR IGNORE INTO datasets VALUES (?, ?, ?)").run(digest, cases, at);
      if (changes === 0) return;
      sqlite
        .prepare(
          "INSERT INTO cases SELECT ?, row_number() OVER (ORDER BY seq) - 1, caseId, vars, expected, tags, cluster FROM stagedCases ORDER BY seq",
        )
        .run(digest);
    })
    .immediate();
  return { digest, cases };
}
