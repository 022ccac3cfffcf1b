import junit, { type Builder } from "junit-report-builder";
import type { GateDocument, GateRun } from "../../gate/gate.schema.ts";
import { isLeftOpen, uncontrolledOf, unmeasuredOf } from "./words.ts";
import { title, what, whose } from "./weakened.ts";
import { explanation } from "../diff/scorers.ts";
import { clean } from "../evaluation/junit.ts";

// The package is CommonJS whose types claim a default export that is not there.
const builder = junit as unknown as Builder;

/** JUnit XML for a merge request's test report: a suite a run, a test case a check; what is undecided is an error. */
export function gateJunit(document: GateDocument): string {
  const report = builder.newBuilder();
  if (document.weakened.length > 0) addWeakened(report, document);
  for (const run of document.runs) addRun(report, run);
  if (document.compared === 0)
    report.testSuite().name("not compared").testCase().className("agentops gate").name("base").error(clean(document.notes[0] ?? ""), "inconclusive"); // prettier-ignore
  if (isLeftOpen(document))
    report.testSuite().name("not compared").testCase().className("agentops gate").name("notes").error(clean(document.notes.join("; ")), "inconclusive"); // prettier-ignore
  for (const { artifact, gone } of uncontrolledOf(document))
    report.testSuite().name("no control").testCase().className(artifact).name("control").error(clean(`it is new, and ${gone.join(", ")} is gone`), "inconclusive"); // prettier-ignore
  const without = unmeasuredOf(document);
  if (without.length > 0) {
    const suite = report.testSuite().name("not measured");
    for (const { artifact } of without)
      suite.testCase().className(artifact).name("suite").error("no suite names it", "inconclusive");
  }
  return report.build();
}

/** First, and skipped: it is no verdict, and a reader of the report must not miss it. */
function addWeakened(report: Builder, { weakened }: GateDocument): void {
  const suite = report.testSuite().name("suites weakened or changed by this change");
  for (const one of weakened) {
    const name = clean(`${title(one)}: ${what(one)}`);
    suite.testCase().className(whose(one, (suiteName) => suiteName)).name(name).file(one.file).skipped(); // prettier-ignore
  }
}

function addRun(report: Builder, run: GateRun): void {
  const suite = report.testSuite().name(run.suite);
  for (const { name, verdict, reason } of run.checks) {
    const test = suite.testCase().className(run.artifact).name(name).file(run.suiteFile);
    if (verdict === "fail") test.failure(clean(`${reason}${because(run)}${worst(run)}`), "fail");
    if (verdict === "not-measured") test.skipped();
    if (verdict === "inconclusive") test.error(clean(`${reason}${because(run)}`), "inconclusive");
  }
  if (run.verdict === "fail" || (run.checks.length > 0 && run.stopped === null)) return;
  const test = suite.testCase().className(run.artifact).name("run").file(run.suiteFile);
  test.error(clean(run.stopped ?? "no bound and no control: nothing was judged"), "inconclusive");
}

function because({ comparison }: GateRun): string {
  const said = comparison === null ? null : explanation(comparison);
  return said === null ? "" : `; explained by ${said}`;
}

function worst({ comparison }: GateRun): string {
  const ids = comparison?.regressions.slice(0, 5) ?? [];
  return ids.length === 0 ? "" : `; worst regressions: ${ids.join(", ")}`;
}
