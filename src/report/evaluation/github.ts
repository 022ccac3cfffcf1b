import type { EvaluatedRun, Evaluation } from "../../gate/evaluation.schema.ts";
import { outcomeLine } from "./facts.ts";
import { type Annotation, githubAnnotations } from "../github.ts";

/** Annotations for a GitHub job: each check that did not pass, or one notice for a run that did. */
export function evaluationGithub(evaluation: Evaluation): string {
  return githubAnnotations(evaluation.runs.flatMap(annotationsOf));
}

function annotationsOf(run: EvaluatedRun): Annotation[] {
  const bad = run.checks.filter((c) => c.verdict === "fail" || c.verdict === "inconclusive");
  const file = run.suiteFile;
  if (bad.length === 0)
    return [{ level: "notice", file, title: `${run.suite}: ${run.verdict}`, message: outcomeLine(run) }];
  const failing = run.failing.length === 0 ? "" : `\nfailing: ${run.failing.slice(0, 10).join(", ")}`;
  return bad.map((c) => ({
    level: c.verdict === "fail" ? "error" : "warning",
    file,
    title: `${run.suite}: ${c.name} ${c.verdict}`,
    message: `${c.reason}${failing}`,
  }));
}
