// The floor of bench/diff.js: reads what a diff reads of every trial, and does nothing with it.
import Database from "better-sqlite3";

const store = new Database(process.argv[2], { readonly: true });
const rows = store
  .prepare(
    "SELECT caseSeq, isError, passed, costUsd, latencyMs, outputTokens, scores FROM trials ORDER BY runId, caseSeq, trial",
  )
  .raw(true);
let count = 0;
for (const row of rows.iterate()) count += row.length;
process.exitCode = count > 0 ? 0 : 1;
