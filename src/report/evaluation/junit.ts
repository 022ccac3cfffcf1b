import junit, { type Builder } from "junit-report-builder";
import type { CaseOutcome, TrialOutcome } from "../../evals/result/outcomes.ts";
import type { EvaluatedRun, Evaluation } from "../../gate/evaluation.schema.ts";
import { oneLine } from "../numbers.ts";

// The package is CommonJS whose types claim a default export that is not there.
const builder = junit as unknown as Builder;

/** JUnit XML: a suite a run, a test case a case; a failing trial fails its case, an outside failure is an error. */
export function evaluationJunit(evaluation: Evaluation, casesOf: (runId: string) => Iterable<CaseOutcome>): string {
  const report = builder.newBuilder();
  for (const run of evaluation.runs) addRun(report, run, casesOf(run.id));
  return report.build();
}

function addRun(report: Builder, run: EvaluatedRun, cases: Iterable<CaseOutcome>): void {
  const suite = report.testSuite().name(run.suite);
  if (run.errors > 0) suite.property("judgeErrors", String(run.judgeErrors ?? 0));
  for (const outcome of cases) {
    const test = suite.testCase().className(run.target.ref).name(clean(outcome.case.id)).file(run.suiteFile);
    test.time(outcome.trials.reduce((sum, t) => sum + (t.latencyMs ?? 0), 0) / 1000);
    const bad = outcome.trials.find((t) => t.verdict === outcome.verdict);
    if (bad === undefined || outcome.verdict === "pass") continue;
    if (bad.error !== null) test.error(clean(bad.error.message), bad.error.kind);
    else test.failure(clean(why(bad)), "failed");
    test.standardOutput(clean(oneLine(bad.output, 2000)));
  }
}

function why({ scores }: TrialOutcome): string {
  const failed = scores.filter((s) => !s.pass).sort((a, b) => Number(b.required) - Number(a.required));
  return failed.map((s) => `${s.name}${s.required ? "" : " (not required)"}: ${s.reason}`).join("; ");
}

/** XML 1.0 has no control characters, not even escaped. */
export function clean(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is removed
  return text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD");
}
