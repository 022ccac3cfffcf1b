import { didYouMean } from "./suggest.ts";

/** A step of a rollout: a share of the units, or the name of a cohort. */
export type StepConfig = number | string;

/** It begins with a letter and is no number, so that no step is taken for the other kind. */
export const COHORT_NAME = /^(?!(?:[Nn]a[Nn]|[Ii]nfinity)$)[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/** The cohorts among steps, in their order. */
export function cohortNames(steps: readonly StepConfig[]): string[] {
  return steps.filter((step) => typeof step === "string");
}

/** What is wrong with the order of steps; undefined when nothing is. */
export function stepsProblem(steps: readonly StepConfig[]): string | undefined {
  const names = cohortNames(steps);
  const weights = steps.filter((step) => typeof step === "number");
  const late = steps.find((step, i) => typeof step === "string" && i >= names.length);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (late !== undefined) return `a cohort comes before all weights, and ${late} does not`;
  if (twice !== undefined) return `the cohort ${twice} is named twice`;
  const [first] = weights;
  if (first === undefined)
    return "a weight must follow: a cohort is not drawn by chance, so it alone shows nothing of the others";
  if (!weights.every((weight, i) => i === 0 || weight > (weights[i - 1] as number))) return "the weights must rise";
  return first < 1 ? undefined : "at a weight of 1 there is no control to compare with: one below 1 must come first";
}

/** A step that names no cohort of the config; undefined when each does. */
export function unknownCohort(steps: readonly StepConfig[], known: readonly string[]): string | undefined {
  const name = cohortNames(steps).find((step) => !known.includes(step));
  return name === undefined ? undefined : `no cohort "${name}" in the config (${didYouMean(name, known)})`;
}
