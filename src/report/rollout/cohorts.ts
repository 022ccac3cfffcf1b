import { plural } from "../../core/words.ts";
import type { CohortCount } from "../../rollout/schema.ts";
import { many, trimmed } from "../numbers.ts";
import type { Style } from "../style.ts";

/** One line a cohort: what came of its people, which no row of the comparison has. */
export function cohortLines(cohorts: readonly CohortCount[], style: Style): string[] {
  return cohorts.map(({ name, answers, rate, units, controlAnswers, served }) => {
    const ok = rate === null ? "" : `, ${trimmed(rate * 100, 1)} % ok, ${plural(units, "unit")}`;
    const stays = controlAnswers === 0 ? "" : `, control ${many(controlAnswers, "answer")}`;
    const seen = `candidate ${many(answers, "answer")}${ok}${stays}`;
    const what = !served && answers === 0 ? style.dim("not served the candidate") : seen;
    return `cohort ${name}  ${what} ${style.dim("(not compared: not randomised)")}`;
  });
}
