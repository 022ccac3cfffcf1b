import type { ScorerSpec } from "./schema.ts";

/** A name each, so that reports can tell two scorers of one type apart: `regex`, `regex#2`. */
export function uniqueNames(specs: readonly ScorerSpec[]): string[] {
  const taken = new Set<string>();
  return specs.map((spec) => {
    const base = spec.name ?? spec.type;
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}#${count}`;
    taken.add(name);
    return name;
  });
}
