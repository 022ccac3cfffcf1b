import { printable } from "../../core/printable.ts";
import { plural } from "../../core/words.ts";
import type { CanaryShadow } from "../../operations/shadow/schema.ts";
import { many, trimmed, whole } from "../numbers.ts";
import type { Style } from "../style.ts";
import { wrapped } from "../wrap.ts";

/** What both versions answered of a suite; the rollout's own screen says what it comes to. */
export function shadowText(found: CanaryShadow, style: Style, width: number): string {
  const { target, env, suite, control, candidate } = found;
  const head = `${style.bold(printable(target))} ${control.version} and ${candidate.version} in ${env}, asked what ${printable(suite)} asks; no tool was run`;
  const lines = [
    head,
    `cases     ${casesText(found)}`,
    `counted   ${countedText(found)}`,
    `runs      ${control.run} of ${control.version}, ${candidate.run} of ${candidate.version}`,
    ...(found.stopped === null ? [] : [`${style.unsure("stopped")}   ${found.stopped}`]),
  ];
  return lines.map((line) => wrapped(line, width)).join("\n");
}

function casesText({ cases: { answered, unscored, unmatched }, correlation }: CanaryShadow): string {
  return [
    `${many(answered, "case")} answered by both`,
    ...(unscored > 0 ? [`${whole(unscored)} without a score on one side`] : []),
    ...(unmatched > 0 ? [`${whole(unmatched)} that one side does not have`] : []),
    ...(correlation === null ? [] : [`the two succeed together with a correlation of ${trimmed(correlation, 2)}`]),
  ].join("; ");
}

function countedText({ counted, repeated, control, candidate }: CanaryShadow): string {
  const { both, onlyControl, onlyCandidate, neither } = counted;
  const n = both + onlyControl + onlyCandidate + neither;
  const before =
    repeated > 0
      ? [
          `${plural(repeated, "case")} ${repeated === 1 ? "was" : "were"} counted before: one pair of each case, or cluster of them`,
        ]
      : [];
  if (n === 0) return ["no new pair", ...before].join("; ");
  const kinds = `${whole(both)} both ok, ${whole(onlyControl)} only ${control.version}, ${whole(onlyCandidate)} only ${candidate.version}, ${whole(neither)} neither`;
  return [`${many(n, "pair")}: ${kinds}`, ...before].join("; ");
}
