import type { GateDocument, GateRun } from "../release/gate/gate.schema.ts";
import { verdictSentence } from "./diff-words.ts";
import { type Annotation, githubAnnotations } from "./github.ts";

const LEVEL = { pass: "notice", none: "notice", fail: "error", inconclusive: "warning" } as const;

/** Annotations on the changed lines of the artifacts' files: the verdict of each suite, and what nothing measured. */
export function gateGithub({ changed, runs }: GateDocument): string {
  const annotations = changed.flatMap(({ artifact, lines, suites }): Annotation[] => {
    const own = runs.filter((r) => r.artifact === artifact);
    const at = lines.length === 0 ? [] : lines;
    if (suites.length > 0) return own.flatMap((run) => at.map((where) => annotationOf(run, where)));
    return runs.some((r) => r.artifact !== artifact && at.some(({ file }) => filesOf(changed, r).includes(file)))
      ? []
      : at.map((where) => ({
          level: "warning",
          ...where,
          title: `${artifact}: not measured`,
          message: "no suite names it",
        }));
  });
  return githubAnnotations(annotations);
}

function filesOf(changed: GateDocument["changed"], run: GateRun): string[] {
  return changed.find((c) => c.artifact === run.artifact)?.lines.map((l) => l.file) ?? [];
}

function annotationOf(run: GateRun, where: { file: string; line: number }): Annotation {
  const bad = run.checks.filter((c) => c.verdict !== "pass").map((c) => `${c.name}: ${c.reason}`);
  const compared = run.comparison === null ? [] : [verdictSentence(run.comparison)];
  const worse = run.comparison?.regressions.slice(0, 5) ?? [];
  return {
    level: LEVEL[run.verdict],
    ...where,
    title: `agentops gate: ${run.suite} ${run.verdict}`,
    message: [...compared, ...bad, ...(worse.length === 0 ? [] : [`regressions: ${worse.join(", ")}`])].join("\n"),
  };
}
