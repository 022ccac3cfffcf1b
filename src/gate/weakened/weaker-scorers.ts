import { canonicalJson } from "../../core/canonical.ts";
import type { Suite } from "../../evals/dataset/schema.ts";
import { uniqueNames } from "../../scorers/names.ts";
import type { ScorerSpec } from "../../scorers/schema.ts";
import type { WeakChange } from "./weak-change.ts";

interface Named {
  name: string;
  spec: ScorerSpec;
}

/**
 * What scorers no longer ask for. They are paired by what they check, then by name, then by type in order: one that was taken out
 * of the middle shifts the names of those behind it.
 */
export function weakerScorers(
  { scorers: before }: Pick<Suite, "scorers">,
  { scorers: after }: Pick<Suite, "scorers">,
): WeakChange[] {
  const left = named(after);
  const take = (isMatch: (other: Named) => boolean) => {
    const at = left.findIndex(isMatch);
    return at === -1 ? undefined : left.splice(at, 1)[0];
  };
  let open = named(before).map((own) => ({ own, other: undefined as Named | undefined }));
  const paired: typeof open = [];
  for (const likeness of LIKENESS) {
    for (const pair of open) pair.other = take((other) => likeness(pair.own, other));
    paired.push(...open.filter(({ other }) => other !== undefined));
    open = open.filter(({ other }) => other === undefined);
  }
  const removed = open.map(({ own }): WeakChange => ({ code: "scorer-removed", scorer: own.name }));
  return [...removed, ...paired.flatMap(({ own, other }) => (other === undefined ? [] : weaker(own, other.spec)))];
}

const LIKENESS: readonly ((a: Named, b: Named) => boolean)[] = [
  ({ spec: a }, { spec: b }) => checkOf(a) === checkOf(b),
  (a, b) => a.name === b.name && a.spec.type === b.spec.type,
  (a, b) => a.spec.type === b.spec.type,
];

function named(scorers: readonly ScorerSpec[]): Named[] {
  const names = uniqueNames(scorers);
  return scorers.map((spec, i) => ({ name: names[i] ?? spec.type, spec }));
}

const COUNTS_FOR = new Set(["name", "required", "weight", "category"]);

/** What is checked, without what it counts for. */
function checkOf(spec: ScorerSpec): string {
  return canonicalJson(Object.fromEntries(Object.entries(spec).filter(([key]) => !COUNTS_FOR.has(key))));
}

function weaker({ name: scorer, spec: before }: Named, after: ScorerSpec): WeakChange[] {
  const looser = numbersOf(before, after).map(([key, was, is]): WeakChange => ({ code: "scorer-looser", scorer, key, before: was, after: is })); // prettier-ignore
  const told: [boolean, WeakChange][] = [
    [before.required !== false && after.required === false, { code: "scorer-not-required", scorer }],
    [before.category === "safety" && after.category !== "safety", { code: "scorer-not-safety", scorer }],
    [looser.length === 0 && restOf(before) !== restOf(after), { code: "scorer-changed", scorer }],
  ];
  return [...told.filter(([holds]) => holds).map(([, change]) => change), ...looser];
}

/** In which direction a number asks for less. */
const LOOSER: Record<string, "up" | "down"> = {
  threshold: "down",
  min: "down",
  max: "up",
  tolerance: "up",
  relative: "up",
};

/** Numbers that ask for less than before; where the sense is turned round (`not-`), nothing is said of them. */
function numbersOf(
  before: ScorerSpec,
  after: ScorerSpec,
): [key: string, before: number | null, after: number | null][] {
  if (before.type.startsWith("not-")) return [];
  const budget = before.type === "latency" || before.type === "cost";
  return Object.entries(LOOSER).flatMap(([key, way]): [string, number | null, number | null][] => {
    const [was, is] = [numberAt(before, key), numberAt(after, key)];
    const up = budget && key === "threshold" ? true : way === "up";
    // A tolerance that is not given is none; any other number that is not given asks for nothing.
    const none = key === "tolerance" || key === "relative" ? 0 : up ? Infinity : -Infinity;
    const [a, b] = [was ?? none, is ?? none];
    return (up ? b > a : b < a) ? [[key, was, is]] : [];
  });
}

function numberAt(spec: ScorerSpec, key: string): number | null {
  const value = (spec as Record<string, unknown>)[key];
  return typeof value === "number" ? value : null;
}

/** What is checked, without the numbers that were compared. */
function restOf(spec: ScorerSpec): string {
  const compared = spec.type.startsWith("not-")
    ? []
    : Object.keys(LOOSER).filter((key) => numberAt(spec, key) !== null);
  const rest = Object.entries(JSON.parse(checkOf(spec)) as Record<string, unknown>);
  return canonicalJson(Object.fromEntries(rest.filter(([key]) => !compared.includes(key))));
}
