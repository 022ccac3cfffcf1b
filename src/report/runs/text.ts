import type { CaseOutcome, TrialOutcome } from "../../evals/result/outcomes.ts";
import type { RunListing } from "../../evals/result/runs.ts";
import { printable } from "../../core/printable.ts";
import { plural } from "../../core/words.ts";
import { oneLine, percent } from "../numbers.ts";
import { paint, type Style } from "../style.ts";
import { columns } from "../table.ts";

export function runsText(runs: readonly RunListing[], style: Style): string {
  if (runs.length === 0) return "no runs yet: agentops eval";
  const rows = runs.map((r) => [
    r.id,
    r.createdAt.slice(0, 16).replace("T", " "),
    r.suite,
    `${r.target.ref}${r.target.version === null ? "" : `@${r.target.version}`}`,
    r.target.model,
    rateOf(r),
    r.status === "complete" ? "" : style.unsure(r.status),
  ]);
  return columns(["run", "at (UTC)", "suite", "target", "model", "success", ""], rows, style.dim);
}

function rateOf({ successRate, scored, succeeded, errors, finishedAt }: RunListing): string {
  const lost = errors === 0 ? "" : `, ${plural(errors, "error")}`;
  if (successRate === null) return finishedAt === null ? "-" : `not scored${lost}`;
  return `${percent(successRate)} (${succeeded}/${scored}${lost})`;
}

/** Why cases failed: input, expected, output, and each scorer's reason. */
export function casesText(cases: readonly CaseOutcome[], style: Style, width: number): string {
  return cases.map((c) => caseText(c, style, Math.max(40, width))).join("\n\n");
}

function caseText({ case: c, verdict, trials }: CaseOutcome, style: Style, width: number): string {
  const line = (label: string, value: unknown) => `  ${style.dim(label.padEnd(9))} ${oneLine(value, width - 13)}`;
  const input = Object.entries(c.vars).map(([name, value]) => line(name, value));
  return [
    `${paint(style, verdict)} ${style.bold(c.id)}${c.tags.length > 0 ? style.dim(`  ${c.tags.join(", ")}`) : ""}`,
    ...input,
    ...(c.expected === undefined ? [] : [line("expected", c.expected)]),
    ...trials.flatMap((t) => trialLines(t, trials.length, style, line)),
  ].join("\n");
}

function trialLines(
  t: TrialOutcome,
  of: number,
  style: Style,
  line: (label: string, value: unknown) => string,
): string[] {
  const head = of > 1 ? [`  ${paint(style, t.verdict, `trial ${t.trial + 1}: ${t.verdict}`)}`] : [];
  return [
    ...head,
    ...answerLines(t, style, line),
    ...(t.fallbacks ?? []).flatMap((other) => [
      `  ${style.dim("fallback")}  ${printable(other.model)}: ${paint(style, other.verdict)}`,
      ...answerLines(other, style, line),
    ]),
  ];
}

function answerLines(
  t: Omit<TrialOutcome, "trial" | "fallbacks">,
  style: Style,
  line: (label: string, value: unknown) => string,
): string[] {
  return [
    ...(t.output === null && t.error !== null ? [] : [line("output", t.output)]),
    ...(t.toolCalls.length > 0 ? [line("tools", t.toolCalls)] : []),
    ...t.scores.map(
      (s) =>
        `  ${paint(style, s.pass ? "good" : "bad", s.pass ? "✓" : "✗")} ${s.name}${s.required ? "" : style.dim(" (not required)")}: ${printable(s.reason)}`,
    ),
    ...(t.error === null ? [] : [`  ${style.bad(`error (${t.error.kind})`)}: ${printable(t.error.message)}`]),
  ];
}
