/** People by name who are served a candidate before it is divided by chance; frozen when its rollout starts. */
export interface Cohort {
  name: string;
  /** One of the two: the units themselves, or what stands behind the last @ of them. */
  units?: readonly string[] | undefined;
  domain?: string | undefined;
}

/** The place of the first cohort that a unit belongs to, among those it was made of; undefined where it is of none. */
export type CohortOf = (unit: string) => number | undefined;

/** Made once, asked at each request. */
export function cohortFinder(cohorts: readonly Cohort[]): CohortOf {
  const [units, domains] = [new Map<string, number>(), new Map<string, number>()];
  const add = (places: Map<string, number>, key: string, place: number) => {
    if (!places.has(key)) places.set(key, place);
  };
  for (const [place, cohort] of cohorts.entries()) {
    for (const unit of cohort.units ?? []) add(units, unit, place);
    if (cohort.domain !== undefined) add(domains, cohort.domain.toLowerCase(), place);
  }
  return (unit) => {
    const named = units.get(unit);
    if (domains.size === 0) return named;
    const at = unit.lastIndexOf("@");
    // Nobody stands before the @ of "@example.com".
    const placed = at < 1 ? undefined : domains.get(unit.slice(at + 1).toLowerCase());
    return named === undefined || placed === undefined ? (named ?? placed) : Math.min(named, placed);
  };
}

/** What of a rollout's plan and state says who is served its candidate by name. */
export interface CohortSteps {
  plan: { cohorts?: readonly Cohort[] | undefined };
  state: { phase: string; step: number; pausedFrom: string | null };
}

/** Cohorts that are served the candidate: those of the steps so far. Its first steps are theirs. */
export function cohortsServed({ plan: { cohorts = [] }, state }: CohortSteps): readonly Cohort[] {
  const { phase, step, pausedFrom } = state;
  return phase === "pending" || (pausedFrom ?? phase) === "shadow" ? [] : cohorts.slice(0, step + 1);
}
