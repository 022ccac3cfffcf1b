import { type Detail, DETAILS } from "./details.ts";
import { FIELDS, type Outcome, type Said } from "./merge.ts";

/** Whether two say the same of what is counted, whenever each of it was known. */
export function countsTheSame(a: Outcome, b: Outcome): boolean {
  if (a.servedAt !== b.servedAt || a.shadow !== b.shadow) return false;
  return FIELDS.every((field) => a.fields[field] === b.fields[field]);
}

/** Whether they say the same of all that happened. */
export function saysTheSame(a: Outcome, b: Outcome): boolean {
  return countsTheSame(a, b) && (a.details === b.details || DETAILS.every(same("fields", a.details, b.details)));
}

/** Whether a row of the one is a row of the other, details apart: it is known when each of it was known as before, too. */
export function isSameRow(a: Outcome, b: Outcome): boolean {
  if (!countsTheSame(a, b) || a.servedKnownAt !== b.servedKnownAt) return false;
  return FIELDS.every((field) => a.knownAt[field] === b.knownAt[field]);
}

/** The same of details, and of what only a trace has said. */
export function hasSameDetails(a: Outcome, b: Outcome): boolean {
  if (a.traced.size !== b.traced.size || [...a.traced].some((name) => !b.traced.has(name))) return false;
  if (a.details === b.details) return true;
  return DETAILS.every(same("fields", a.details, b.details)) && DETAILS.every(same("knownAt", a.details, b.details));
}

function same(of: keyof Said<Detail>, a: Outcome["details"], b: Outcome["details"]): (detail: Detail) => boolean {
  return (detail) => a?.[of][detail] === b?.[of][detail];
}
