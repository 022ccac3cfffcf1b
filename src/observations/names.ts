import type { Place } from "../core/refs.ts";
import type { Tx } from "../state/store.ts";
import { traceName } from "./details.ts";
import { type Known, knownBy } from "./known.ts";
import { hasNames, idsByName, moveNames, saveNames } from "./names.store.ts";
import type { DatedLine } from "./schema.ts";

/** An outcome that turned out to be another one, which it goes into. */
export interface Folded extends Known {
  target: string;
  into: string;
}

export interface Named {
  /** Lines under the ids that their outcomes are stored by. */
  lines: readonly DatedLine[];
  folded: readonly Folded[];
}

/** Whether a line has two names for its outcome: an id of its own, and its trace's. */
export function ties({ id, details }: DatedLine): boolean {
  return details?.traceId !== undefined && id !== traceName(details.traceId);
}

/**
 * Finds the outcomes that lines are of by all their names, and remembers new ones. Where a line ties two outcomes that were known apart, they
 * are one from now on. Where lines tie anything, to be asked under the lock of their targets.
 */
export async function named(tx: Tx, environment: string, lines: readonly DatedLine[]): Promise<Named> {
  const all: Named = { lines, folded: [] };
  for (const target of new Set(lines.map((line) => line.target))) {
    const its = lines.filter((line) => line.target === target);
    const known = await knownNames(tx, { environment, target }, its);
    const tying = its.filter(ties);
    if (known.size === 0 && tying.length === 0) continue;
    const ids = await tied(tx, { environment, target }, tying, known);
    all.lines = all.lines.map((line) => (line.target === target ? { ...line, id: ids.idOf(line.id) } : line));
    all.folded = [...all.folded, ...ids.folded];
  }
  return all;
}

/** Whether lines that tie nothing have the names that they had, for what was read before a lock. */
export async function isStillNamed(
  tx: Tx,
  environment: string,
  lines: readonly DatedLine[],
  as: readonly DatedLine[],
): Promise<boolean> {
  const again = await named(tx, environment, lines);
  return again.lines.every(({ id }, i) => id === as[i]?.id);
}

async function knownNames(tx: Tx, place: Place, lines: readonly DatedLine[]): Promise<Map<string, string>> {
  if (!(await hasNames(tx, place.environment, place.target))) return new Map();
  return idsByName(tx, { ...place, ids: [...new Set(lines.flatMap(namesOf))] });
}

function namesOf({ id, details }: DatedLine): string[] {
  return details?.traceId === undefined ? [id] : [id, traceName(details.traceId)];
}

async function tied(tx: Tx, place: Place, tying: readonly DatedLine[], known: ReadonlyMap<string, string>) {
  const storedAs = (name: string) => known.get(name) ?? name;
  const folded: Folded[] = [];
  const moved = new Map<string, string>();
  for (const group of groupsOf(tying.map((line) => namesOf(line).map(storedAs)))) {
    const found = [...(await knownBy(tx, { ...place, ids: group })).values()];
    const into = (found.sort(byRank)[0] ?? { id: group.sort(ownFirst)[0] }).id as string;
    const others = group.filter((id) => id !== into);
    for (const id of others) moved.set(id, into);
    await moveNames(tx, { ...place, ids: others }, into);
    folded.push(...found.filter(({ id }) => id !== into).map((one) => ({ ...one, target: place.target, into })));
  }
  await saveNames(tx, [...moved].map(([name, id]) => [place.environment, place.target, name, id])); // prettier-ignore
  const idOf = (name: string) => moved.get(storedAs(name)) ?? storedAs(name);
  return { idOf, folded };
}

/** What was counted stays where it is: for a rollout first, then the first of those that are known, then those that are open. */
function byRank(a: Known, b: Known): number {
  const rank = ({ seq, rollout }: Known) => (rollout !== null ? 0 : seq !== null ? 1 : 2);
  return rank(a) - rank(b) || (a.seq ?? 0) - (b.seq ?? 0) || ownFirst(a.id, b.id);
}

/** A name that somebody gave before that of a trace. */
function ownFirst(a: string, b: string): number {
  const isTrace = (id: string) => Number(id.startsWith(traceName("")));
  return isTrace(a) - isTrace(b) || (a < b ? -1 : 1);
}

/** Names that are one by what pairs of them say, in groups of more than one. */
function groupsOf(pairs: readonly string[][]): string[][] {
  const groups = new Map<string, Set<string>>();
  for (const pair of pairs) {
    const one = new Set(pair.flatMap((name) => [name, ...(groups.get(name) ?? [])]));
    for (const name of one) groups.set(name, one);
  }
  return [...new Set(groups.values())].filter(({ size }) => size > 1).map((group) => [...group]);
}
