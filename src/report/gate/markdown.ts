import type { GateDocument, GateRun } from "../../gate/gate.schema.ts";
import { explainedBlock } from "../diff/markdown.ts";
import { changeWords } from "../diff/words.ts";
import { regressionsBlock, runDetails } from "./details.ts";
import { howBase, bySeverity, headline, needWords, rateWords } from "./words.ts";
import { title, what, whose } from "./weakened.ts";
import { code, markdownTable, prose } from "../markdown.ts";
import { plural } from "../../core/words.ts";
import { percent } from "../numbers.ts";

const SIGN = { pass: "✅", fail: "❌", inconclusive: "❔", none: "❔", "not-measured": "➖" } as const;
/** GitHub refuses a comment of more than 65,536 characters. */
const MOST_CHARACTERS = 60_000;
const MOST_ROWS = 50;

/**
 * A gate's verdict for a pull request: the verdict in the first line, a table, and for each suite that did not pass why, the
 * worst regressions and what more evidence would take. Everything else is folded.
 */
export function gateMarkdown(document: GateDocument): string {
  const { verdict, base, notes, runs } = document;
  const sorted = bySeverity(runs);
  const how = howBase(document);
  const own = [...new Set(sorted.flatMap((r) => r.notes))].filter((n) => !notes.includes(n));
  const head = [
    weakenedBlock(document),
    `**agentops gate: ${SIGN[verdict]} ${verdict}**: ${headline(document, code)}`,
    changedTable(document, sorted),
    quoted(notes),
  ];
  const foot = [
    quoted(own),
    `Compared with ${code(base.ref)} at ${code(base.mergeBase.slice(0, 10))}${how === "" ? "" : ` (${how})`}. On your machine: ${code(`agentops gate --base ${base.ref}`)}`,
  ];
  const room = MOST_CHARACTERS - [...head, ...foot].join("\n\n").length;
  return `${[...head, ...sections(sorted, room), ...foot].filter((b) => b !== "").join("\n\n")}\n`;
}

export function weakenedBlock({ weakened }: Pick<GateDocument, "weakened">): string {
  return weakened
    .map(
      (one) => `⚠️ **${title(one)[0]?.toUpperCase()}${title(one).slice(1)}**: ${whose(one, code)}: ${prose(what(one))}`,
    )
    .join("\n\n");
}

/** A section a run, as long as there is room; what is folded is left out first. */
function sections(runs: readonly GateRun[], room: number): string[] {
  const kept: { text: string; details: string }[] = [];
  let left = room;
  for (const run of runs) {
    const text = run.verdict === "pass" ? telling(run) : section(run);
    if (text.length + 2 > left) break;
    kept.push({ text, details: runDetails(run) });
    left -= text.length + 2;
  }
  const blocks = kept.map(({ text, details }) => {
    if (details.length + 2 > left) return text;
    left -= details.length + 2;
    return text === "" ? details : `${text}\n\n${details}`;
  });
  const without = runs.length - kept.length;
  return without === 0 ? blocks : [...blocks, `${plural(without, "more suite")} in ${code("agentops gate --json")}.`];
}

export function quoted(notes: readonly string[]): string {
  return notes.map((note) => `> ${notes.length > 1 ? "- " : ""}${prose(note)}`).join("\n");
}

function changedTable({ changed }: GateDocument, runs: readonly GateRun[]): string {
  if (changed.length === 0) return "";
  const without = changed.filter((c) => c.suites.length === 0);
  const rows = [
    ...runs.map(runCells),
    ...without.map(({ artifact, change, through }) => [
      code(artifact),
      change === "deleted" ? "deleted" : through === null ? "no suite names it" : `judged through ${code(through)}`,
      change === "deleted" || through !== null ? "" : `${SIGN.inconclusive} not measured`,
      "",
      "",
    ]),
  ];
  const more = rows.length > MOST_ROWS ? [[`… and ${rows.length - MOST_ROWS} more`, "", "", "", ""]] : [];
  return markdownTable(
    ["changed", "suite", "verdict", "success", "change [95 %]"],
    [...rows.slice(0, MOST_ROWS), ...more],
  );
}

function runCells(run: GateRun): string[] {
  const primary = run.comparison?.metrics.find((m) => m.role === "primary");
  return [
    code(run.artifact),
    code(run.suite),
    `${SIGN[run.verdict]} ${run.verdict === "none" ? "not judged" : run.verdict}`,
    primary === undefined
      ? rateWords(run).replace("success ", "")
      : `${percent(primary.control)} → ${percent(primary.candidate)}`,
    primary === undefined ? "no control" : changeWords(primary),
  ];
}

function section(run: GateRun): string {
  const { suite, artifact, verdict, checks, comparison, examples, stopped } = run;
  const open = checks.filter((c) => c.verdict !== "pass");
  const passed = checks.filter((c) => c.verdict === "pass").map((c) => c.name);
  const need = needWords(run);
  return [
    `### ${SIGN[verdict]} ${code(suite)} on ${code(artifact)}`,
    stopped === null ? "" : `**The run ended early:** ${prose(stopped)}`,
    comparison === null ? "" : explainedBlock(comparison),
    open.length === 0 ? "" : markdownTable(["check", "verdict", "why"], open.map(checkCells)),
    passed.length === 0 ? "" : `Passed: ${passed.join(", ")}.`,
    comparison === null || examples.length === 0 ? "" : `${changedCases(comparison)}\n\n${regressionsBlock(run)}`,
    telling(run),
    need.length === 0 ? "" : `**What more evidence would take**\n\n${need.map((n) => `- ${n}`).join("\n")}`,
  ]
    .filter((b) => b !== "")
    .join("\n\n");
}

/** What a sure change is worth: bought with something else, smaller than asked for, worse but within its margin. */
function telling({ comparison }: GateRun): string {
  const sure = (comparison?.metrics ?? []).filter((m) => m.role !== "other" && ["better", "worse"].includes(m.verdict));
  return quoted(sure.flatMap((m) => m.remarks.map((remark) => `${m.name}: ${remark}`)));
}

function checkCells({ name, verdict, reason }: GateRun["checks"][number]): string[] {
  return [name, `${SIGN[verdict]} ${verdict}`, reason];
}

function changedCases({ regressions, improvements }: NonNullable<GateRun["comparison"]>): string {
  return `${plural(regressions.length, "case")} got worse, ${improvements.length} better.`;
}
