import { batchInto } from "../state/batch.ts";
import { raw, rowsOf, type Value } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";
import { type Detail, DETAIL_TRUTHS, DETAILS } from "./details.ts";
import { allTraced, type Field, NOTHING_TRACED, type Outcome } from "./merge.ts";
import { type Ids, rowsBy } from "./by-ids.store.ts";

const KEY = ["environment", "target", "id"] as const;
/** '*': all of an outcome. */
const ALL = "*";

/** Rows of `detailsRow`. */
export const saveDetails = batchInto("outcomeDetails", {
  columns: [...KEY, ...DETAILS, "at", "knownAt", "traced"],
  key: KEY,
  onConflict: "replace",
});

/** Null of an outcome that says nothing more than what is counted of every one. */
export function detailsRow(environment: string, target: string, id: string, outcome: Outcome): Value[] | null {
  const { details, traced } = outcome;
  if (details === null) return null;
  const { fields, knownAt } = details;
  const at = Object.values(knownAt).reduce((latest, each) => (each > latest ? each : latest), "");
  const others = DETAILS.filter((detail) => fields[detail] !== undefined && knownAt[detail] !== at);
  const times = Object.fromEntries(others.map((detail) => [detail, knownAt[detail]]));
  return [
    ...[environment, target, id],
    ...DETAILS.map((detail) => valueOf(fields[detail])),
    ...[at, others.length === 0 ? null : JSON.stringify(times), tracedText(traced, outcome)],
  ];
}

function valueOf(value: string | number | boolean | undefined): Value {
  return typeof value === "boolean" ? Number(value) : (value ?? null);
}

function tracedText(traced: Outcome["traced"], outcome: Outcome): string | null {
  if (traced.size === 0) return null;
  return [...allTraced(outcome)].every((name) => traced.has(name)) ? ALL : JSON.stringify([...traced].sort());
}

/** Whether any outcome of a target has details: where none has, nothing need be looked for. */
export async function hasDetails(tx: Tx, environment: string, target: string): Promise<boolean> {
  const any = `SELECT id FROM "outcomeDetails" WHERE environment = $1 AND target = $2 LIMIT 1`;
  return (await rowsOf(tx, raw(any, environment, target))).length > 0;
}

/** Gives some outcomes what is stored of their details. */
export async function addDetails(tx: Tx, asked: Ids, outcomes: (id: string) => Outcome | undefined): Promise<void> {
  for (const row of await rowsBy<Row<"outcomeDetails">>(tx, `SELECT * FROM "outcomeDetails" WHERE`, asked)) {
    const outcome = outcomes(row.id);
    if (outcome === undefined) continue;
    outcome.details = detailsFrom(row);
    outcome.traced = tracedFrom(row.traced, outcome);
  }
}

function detailsFrom(row: Row<"outcomeDetails">): NonNullable<Outcome["details"]> {
  const times = (row.knownAt === null ? {} : JSON.parse(row.knownAt)) as Partial<Record<Detail, string>>;
  const details: NonNullable<Outcome["details"]> = { fields: {}, knownAt: {} };
  for (const detail of DETAILS) {
    const value = row[detail];
    if (value === null) continue;
    details.fields[detail] = DETAIL_TRUTHS.has(detail) ? value === 1 : value;
    details.knownAt[detail] = times[detail] ?? row.at;
  }
  return details;
}

function tracedFrom(text: string | null, outcome: Outcome): Outcome["traced"] {
  if (text === null) return NOTHING_TRACED;
  if (text === ALL) return allTraced(outcome);
  return new Set(JSON.parse(text) as (Detail | Field)[]);
}

/** With the other names that they have. */
export async function forgetDetails(tx: Tx, asked: Ids): Promise<void> {
  if (!(await hasDetails(tx, asked.environment, asked.target))) return;
  await rowsBy(tx, `DELETE FROM "outcomeDetails" WHERE`, asked);
  await rowsBy(tx, `DELETE FROM "outcomeNames" WHERE`, asked);
}
