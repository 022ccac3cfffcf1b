import { plural } from "../../core/words.ts";
import type { Comparison, ScorerChange } from "../../comparison/schema.ts";
import { oneLine, percent, signed } from "../numbers.ts";

/** The scorer that explains the change of success, in a sentence with its reason; null where none went the same way. */
export function explanation({ scorers, metrics }: Pick<Comparison, "scorers" | "metrics">): string | null {
  const [first, ...others] = scorers;
  const change = metrics.find((m) => m.role === "primary")?.difference ?? 0;
  const along = (scorer: ScorerChange) => (change < 0 ? scorer.regressions : change > 0 ? scorer.improvements : 0);
  if (first === undefined || along(first) === 0) return null;
  return [scorerText(first, change), ...others.filter((s) => along(s) > 0).map((s) => `also ${nameOf(s)}, in ${along(s)}`)].join("; "); // prettier-ignore
}

function nameOf({ name, required }: Pick<ScorerChange, "name" | "required">): string {
  return `${oneLine(name, 80)}${required ? "" : " (not required)"}`;
}

/** `equals 100 % → 50 % pass, in 40 regressions; c0: output is not "yes"` */
function scorerText({ name, required, ...change }: ScorerChange, direction: number): string {
  const { control, candidate, difference, regressions, improvements } = change;
  const title = nameOf({ name, required });
  if (control === null || candidate === null || difference === null) return `${title}: only on one side`;
  const rates = `${percent(control)} → ${percent(candidate)} pass, ${signed(difference * 100, 1)} points`;
  const fell = direction < 0 || (direction === 0 && regressions >= improvements);
  const cases = fell ? plural(regressions, "regression") : plural(improvements, "improvement");
  const counted = (fell ? regressions : improvements) === 0 ? "" : `, in ${cases}`;
  const example = change.case === null || change.reason === null ? "" : `; ${oneLine(change.case, 60)}: ${oneLine(change.reason, 300)}`; // prettier-ignore
  return `${title} ${rates}${counted}${example}`;
}
