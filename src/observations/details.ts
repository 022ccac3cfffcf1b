import { detailShape, STATES } from "./detail-fields.ts";

export type FieldValue = string | number | boolean;
export type Detail = keyof typeof detailShape;
export type DetailFields = Partial<Record<Detail, FieldValue>>;

/** What an outcome says beside what is counted of every one. */
export const DETAILS = Object.keys(detailShape) as Detail[];
export const DETAIL_TRUTHS: ReadonlySet<Detail> = new Set(["overridden"]);

/** Of these the lesser is the worse one. */
const LESS_IS_WORSE: ReadonlySet<Detail> = new Set([
  "confidence",
  "faithfulness",
  "valueUsd",
  "valueHours",
  "feedback",
]);

/** The details of a line, each a plain value; undefined of most lines, which have none. */
export function detailsIn(given: Partial<Record<Detail, unknown>>): DetailFields | undefined {
  if (!hasAny(given)) return undefined;
  const found: DetailFields = {};
  for (const detail of DETAILS) {
    const value = given[detail];
    if (value === undefined) continue;
    found[detail] = detail === "escalated" ? (value as { reason: string }).reason : (value as FieldValue);
  }
  return found;
}

/** Key by key: looked up by name it takes ten times as long, and most lines have none. */
function hasAny(given: Partial<Record<Detail, unknown>>): boolean {
  return (
    isSaid(given.taskId, given.taskType, given.feature, given.user, given.session, given.model) ||
    isSaid(given.errorCategory, given.escalated, given.overridden, given.confidence, given.faithfulness) ||
    isSaid(given.toolCalls, given.toolCostUsd, given.valueUsd, given.valueHours, given.feedback, given.state) ||
    given.traceId !== undefined
  );
}

function isSaid(a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f?: unknown): boolean {
  return a !== undefined || b !== undefined || c !== undefined || d !== undefined || e !== undefined || f !== undefined;
}

/** Of two values that were known at once; of texts, for want of a worse one, the greater. */
export function isWorseDetail(detail: Detail, value: FieldValue, than: FieldValue): boolean {
  if (detail === "state") return placeOf(value) > placeOf(than);
  return LESS_IS_WORSE.has(detail) ? value < than : value > than;
}

function placeOf(state: FieldValue): number {
  return (STATES as readonly FieldValue[]).indexOf(state);
}

/** The name that the outcome of a trace has, beside the one that its process may give it. */
export function traceName(traceId: FieldValue): string {
  return `trace/${traceId}`;
}
