import type { CheckFound, MoreEvidence, RunFound } from "./found.ts";

/** With fewer values no order statistic bounds a 95th percentile from above (specification §2). */
const LEAST_FOR_P95 = 72;

/** What it would take to decide the checks that are undecided. */
export function moreEvidence({ checks, comparison, cases, verdict }: RunFound): MoreEvidence[] {
  if (verdict !== "inconclusive") return [];
  return (
    checks
      // No number of cases decides what a person has to.
      .filter((check) => check.verdict === "inconclusive" && check.trade === undefined)
      .flatMap((check): MoreEvidence[] => {
        const planned = check.name === "nonInferiority.margin" ? comparison?.need : null;
        // A difference may be shown while the margin is not: then it is the margin that takes more cases.
        if (planned != null && planned.cases > cases) return [{ check: check.name, ...planned }];
        const compared = check.name.endsWith("maxIncrease") || check.name === "nonInferiority.margin";
        const found = scaled(check, compared ? (comparison?.paired.cases ?? cases) : cases);
        if (found === undefined) return [];
        return [
          { check: check.name, ...found, clusters: compared ? clustersIn(found.cases, comparison) : null, other: null },
        ];
      })
  );
}

/** So many cases come in so many clusters, where cases do. */
function clustersIn(cases: number | null, comparison: RunFound["comparison"]): MoreEvidence["clusters"] {
  const clusters = comparison?.need?.clusters;
  if (comparison == null || clusters == null || cases === null) return null;
  return { ...clusters, needed: Math.ceil((cases * clusters.now) / comparison.paired.cases) };
}

/** An interval narrows with the root of the number of cases: so many bring its near end to the bound, if the rest is alike. */
function scaled(
  { name, threshold, observed, ci95 }: CheckFound,
  cases: number,
): Pick<MoreEvidence, "cases" | "why"> | undefined {
  if (observed === null || ci95 === null) return undefined;
  const bound = name === "nonInferiority.margin" ? -threshold : threshold;
  const distance = Math.abs(observed - bound);
  if (distance === 0) return { cases: null, why: { code: "on-the-bound" } };
  const end = observed > bound ? ci95[0] : ci95[1];
  if (end === null) return { cases: Math.max(cases + 1, LEAST_FOR_P95), why: { code: "to-bound-it" } };
  const needed = Math.ceil(cases * (Math.abs(observed - end) / distance) ** 2);
  return { cases: Math.max(cases + 1, needed), why: { code: "as-seen" } };
}
