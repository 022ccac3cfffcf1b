import type { GateDocument, GateRun } from "../../gate/gate.schema.ts";
import { never, sizeWords, verdictSentence } from "../diff/words.ts";
import { plural } from "../../core/words.ts";
import { percent, whole } from "../numbers.ts";

type Changed = GateDocument["changed"][number];

const SEVERITY = { fail: 0, inconclusive: 1, none: 2, pass: 3 } as const;

/** Runs with what decides the gate first, and of those alike the one that lost most. */
export function bySeverity(runs: readonly GateRun[]): GateRun[] {
  return [...runs].sort((a, b) => SEVERITY[a.verdict] - SEVERITY[b.verdict] || changeOf(a) - changeOf(b));
}

function changeOf({ comparison }: GateRun): number {
  return comparison?.metrics.find(({ name }) => name === "successRate")?.difference ?? 0;
}

/** Whether what leaves the verdict open is neither a run nor a changed artifact: the notes say what. */
export function isLeftOpen(document: GateDocument): boolean {
  const { verdict, runs, compared } = document;
  const others = [...unmeasuredOf(document), ...uncontrolledOf(document)];
  return verdict === "inconclusive" && compared > 0 && others.length === 0 && runs.every((r) => r.verdict === "pass");
}

/** The decisive run in one sentence, which names the suite as `name` shows it. */
export function headline(document: GateDocument, name: (suite: string) => string): string {
  const { runs, changed, compared } = document;
  const [deciding] = bySeverity(runs);
  if (compared === 0) return "nothing was compared";
  if (isLeftOpen(document)) return "not all of it could be compared: see the notes";
  if (changed.length === 0) return `no prompt and no agent changed in meaning (${whole(compared)} compared)`;
  if (unmeasuredOf(document).length > 0 && deciding?.verdict !== "fail")
    return `no suite measures ${unmeasuredOf(document)
      .map((c) => name(c.artifact))
      .join(", ")}`;
  if (deciding === undefined) return deletedWords(document, name);
  const open = uncontrolledOf(document).map((c) => name(c.artifact));
  if (open.length > 0 && deciding.verdict !== "fail") return `${open.join(", ")}: no control is known`;
  const bad = deciding.checks.filter((c) => c.verdict === deciding.verdict && c.verdict !== "pass").map((c) => c.name);
  const alike = runs.filter((r) => r.verdict === deciding.verdict).length - 1;
  const others =
    alike === 0 || deciding.verdict === "pass" ? "" : `; ${plural(alike, "more suite")}: ${deciding.verdict}`;
  return `${name(deciding.suite)}: ${outcomeWords(deciding)}${bad.length === 0 ? "" : ` (${bad.join(", ")})`}${others}`;
}

/** What is gone is not judged: that it may go is for a person to see. */
function deletedWords({ changed, compared }: GateDocument, name: (suite: string) => string): string {
  if (changed.length === compared)
    return `every prompt and agent was deleted (${whole(compared)}): nothing was measured`;
  return `only deleted, which nothing measures: ${changed.map((c) => name(c.artifact)).join(", ")}`;
}

function outcomeWords(run: GateRun): string {
  return run.comparison === null ? rateWords(run) : verdictSentence(run.comparison);
}

export function rateWords({ metrics }: GateRun): string {
  return metrics.successRate === null ? "not scored" : `success ${percent(metrics.successRate.estimate)}`;
}

/** Changed artifacts that nothing judged. */
export function unmeasuredOf({ changed }: GateDocument): Changed[] {
  return changed.filter((c) => c.change !== "deleted" && c.suites.length === 0 && c.through === null);
}

/** New artifacts that may have taken the place of one that is gone. */
export function uncontrolledOf({ changed }: GateDocument): Changed[] {
  return changed.filter((c) => c.gone.length > 0);
}

/** What it would take to decide a run, check by check. */
export function needWords({ need, cases }: GateRun): string[] {
  return need.map(({ check, cases: wanted, clusters, why, other }) => {
    if (wanted === null) return `${check}: ${why}`;
    const beside = other === null ? [] : [`${sizeWords(other)} ${other.why}`];
    const size =
      clusters === null
        ? `${whole(wanted)} cases (now ${whole(cases)})`
        : `${sizeWords({ cases: wanted, clusters })}, now ${whole(clusters.now)}`;
    return `${check}: ${[...never(clusters), `${size}, ${why}`, ...beside].join("; ")}`;
  });
}

/** How a gate came to its base where nobody typed it: `no --base: origin/HEAD is not set`; empty where somebody did. */
export function howBase({ base: { ref, by } }: Pick<GateDocument, "base">): string {
  return by === "remote-branch" ? `no --base: ${ref.replace(/[^/]*$/, "HEAD")} is not set` : HOW[by];
}

const HOW = {
  option: "",
  ci: "as CI names it",
  "remote-head": "no --base: the remote's default branch",
  "local-branch": "no --base, and no main branch of a remote is here",
};
