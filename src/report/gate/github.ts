import type { GateDocument, GateRun } from "../../gate/gate.schema.ts";
import { verdictSentence } from "../diff/words.ts";
import { explanation } from "../diff/scorers.ts";
import { howBase, bySeverity, headline, needWords, isLeftOpen, uncontrolledOf, unmeasuredOf } from "./words.ts";
import { title, weakenedLines, what, whose } from "./weakened.ts";
import { type Annotation, githubAnnotations } from "../github.ts";
import { oneLine } from "../numbers.ts";

const LEVEL = { pass: "notice", none: "warning", fail: "error", inconclusive: "warning" } as const;

/**
 * The verdict in a line, then annotations on the changed lines of the artifacts' files: the verdict of each suite, what decides
 * first because GitHub shows only ten of a kind, and what nothing measured.
 */
export function gateGithub(document: GateDocument): string {
  const annotations = [
    ...document.weakened.map((one): Annotation => ({
      level: "warning",
      file: one.file,
      line: 1,
      title: `agentops gate: ${title(one)}`,
      message: `${whose(one, (name) => name)}: ${what(one)}`,
    })),
    ...openOf(document),
    ...bySeverity(document.runs).flatMap((run) => linesOf(document, run.artifact).map((at) => annotationOf(run, at))),
    ...unmeasuredOf(document).flatMap(({ artifact, lines }) =>
      lines.map((at): Annotation => ({
        level: "warning",
        ...at,
        title: `agentops gate: ${artifact} is not measured`,
        message: `no suite names it: write evals/NAME.suite.yml with target: ${artifact}`,
      })),
    ),
  ];
  const verdict = `agentops gate: ${document.verdict}: ${headline(document, (name) => name)}`;
  const weakened = weakenedLines(document, (name) => name).map((line) => oneLine(line, 2000));
  const how = howBase(document);
  const { ref, mergeBase } = document.base;
  const compared = how === "" ? [] : [`compared with ${ref} (${mergeBase.slice(0, 10)}; ${how})`];
  return [
    ...weakened,
    verdict,
    ...compared,
    ...(annotations.length === 0 ? [] : [githubAnnotations(annotations)]),
  ].join("\n");
}

/** What leaves the verdict open beside the suites. */
function openOf(document: GateDocument): Annotation[] {
  const title = "agentops gate: nothing was compared";
  return [
    ...(document.compared === 0 ? document.notes.slice(0, 1) : []).map((message): Annotation => ({ level: "warning", title, message })), // prettier-ignore
    ...(isLeftOpen(document) ? document.notes : []).map((message): Annotation => ({ level: "warning", title: "agentops gate: not all of it was compared", message })), // prettier-ignore
    ...uncontrolledOf(document).flatMap(({ artifact, lines, gone }) =>
      lines.map((at): Annotation => ({
        level: "warning",
        ...at,
        title: `agentops gate: ${artifact} has no control`,
        message: `it is new, and ${gone.join(", ")} is gone`,
      })),
    ),
  ];
}

function because({ comparison }: GateRun): string[] {
  const said = comparison === null ? null : explanation(comparison);
  return said === null ? [] : [`explained by ${said}`];
}

function linesOf({ changed }: GateDocument, artifact: string): { file: string; line: number }[] {
  return changed.find((c) => c.artifact === artifact)?.lines ?? [];
}

function annotationOf(run: GateRun, at: { file: string; line: number }): Annotation {
  const bad = run.checks
    .filter((c) => c.verdict === "fail" || c.verdict === "inconclusive")
    .map((c) => `${c.name}: ${c.reason}`);
  const worse = (run.comparison?.regressions ?? []).slice(0, 5).map((id) => oneLine(id, 80));
  return {
    level: LEVEL[run.verdict],
    ...at,
    title: `agentops gate: ${run.suite} ${run.verdict === "none" ? "not judged" : run.verdict}`,
    message: [
      ...(run.comparison === null ? [] : [verdictSentence(run.comparison)]),
      ...because(run),
      ...(run.stopped === null ? [] : [oneLine(run.stopped, 300)]),
      ...bad,
      ...(worse.length === 0 ? [] : [`worst regressions: ${worse.join(", ")}`]),
      ...needWords(run),
    ].join("\n"),
  };
}
