import { statSync } from "node:fs";
import type BetterSqlite3 from "better-sqlite3";
import { AgentopsError } from "../../core/errors.ts";

type Sqlite = BetterSqlite3.Database;

const RIGHT_FILE = "name a file of its own for the store, which is then made: AGENTOPS_STORE=FILE";

/** What the first migration makes, in every store since the first release; `runs` and `trials` alone are other programs' names too. */
const FIRST: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ["datasets", ["digest", "cases"]],
  ["cases", ["dataset", "caseId"]],
  ["runs", ["suiteDigest", "targetRef"]],
  ["trials", ["runId", "caseSeq"]],
];

/** What a release that is to come keeps, whatever it does to the first tables. */
const LATER: typeof FIRST = [
  ["migrations", ["number", "kind", "at"]],
  ["auditEvents", ["id"]],
];

const MOST_NAMES = 5;

/** A database of another program is neither read as a store nor written into. Throws STORE_REFUSED, and what SQLite throws. */
export function refuseForeign(sqlite: Sqlite, file: string): void {
  // Before the tables: another process may be making them, and marks the file as it does.
  const isNew = isUnmarked(sqlite);
  const tables = sqlite
    .prepare<[], string>(
      "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid",
    ) // prettier-ignore
    .pluck()
    .all();
  if (tables.length === 0 ? isNew : hasAll(sqlite, FIRST) || hasAll(sqlite, LATER)) return;
  throw new AgentopsError("STORE_REFUSED", `${file} is not a store of agentops (${whatItHas(tables)})`, {
    hint: RIGHT_FILE,
  });
}

/** SQLite says of it only that it cannot be opened. Throws STORE_REFUSED. */
export function refuseFolder(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  throw new AgentopsError("STORE_REFUSED", `the store ${file} is a folder`, {
    hint: "name a file in it: AGENTOPS_STORE=FOLDER/state.db; agentops kill stops an agent without the store",
  });
}

/** A new file, or one of 0 bytes: nobody's yet. */
function isUnmarked(sqlite: Sqlite): boolean {
  return ["user_version", "application_id"].every((mark) => sqlite.pragma(mark, { simple: true }) === 0);
}

function hasAll(sqlite: Sqlite, wanted: typeof FIRST): boolean {
  const columnsOf = sqlite.prepare<[string], string>("SELECT name FROM pragma_table_info(?)").pluck();
  return wanted.every(([table, columns]) => {
    const found = new Set(columnsOf.all(table));
    return columns.every((column) => found.has(column));
  });
}

function whatItHas(names: readonly string[]): string {
  if (names.length === 0) return "it is empty, and marked as another program's";
  const more = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return `it has the tables ${shown}${more > 0 ? ` and ${more} more` : ""}`;
}
