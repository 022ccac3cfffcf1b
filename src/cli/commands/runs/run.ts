import { AgentopsError } from "../../../core/errors.ts";
import { type CaseOutcome, caseOutcomes } from "../../../evals/result/outcomes.ts";
import { exportRun, listRuns, showRun } from "../../../evals/result/runs.ts";
import { findRun } from "../../../evals/run/runs.store.ts";
import { judgeStored } from "../../../gate/evaluate.ts";
import { evaluationDocument as worded } from "../../../report/evaluation/document.ts";
import { createStyle } from "../../../report/style.ts";
import type { RunStore } from "../../../state/runs.ts";
import { runsOf } from "../../open/runs.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { EVALUATION_FORMATS, evaluationIn } from "../../evals/evaluation-document.ts";
import { wholeNumber } from "../../numbers.ts";
import { unknownAction } from "../../unknown-action.ts";

export async function run(
  context: CommandContext,
  [action, names]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const project = await context.project();
  const store = runsOf(context, project);
  const words = (names ?? []) as string[];
  const limit = wholeNumber("--limit", options["limit"] as string | undefined) ?? 20;
  try {
    switch ((action as string | undefined) ?? "list") {
      case "list":
        await list(context, store, limit);
        return 0;
      case "show":
        await show(context, store, onlyRun(words), {
          all: options["all"] === true,
          caseId: options["case"] as string | undefined,
          limit,
        });
        return 0;
      case "export":
        await exportOne(context, store, onlyRun(words), {
          notes: options["notes"] === true,
          push: options["push"] === true,
        });
        return 0;
      case "import":
        await (await import("./evidence.ts")).importFiles(context, store, words);
        return 0;
      default:
        throw unknownAction("runs", String(action), ["list", "show", "export", "import"], "[list | show RUN | export RUN | import FILE]"); // prettier-ignore
    }
  } finally {
    await store.close();
  }
}

async function list(context: CommandContext, store: RunStore, limit: number): Promise<void> {
  const { runsText } = await import("../../../report/runs/text.ts");
  const runs = await listRuns(store, limit);
  await emitDocument(context, { schema: "agentops.runs/1", runs }, (style) => runsText(runs, style));
}

async function show(
  context: CommandContext,
  store: RunStore,
  name: string,
  options: { all: boolean; caseId: string | undefined; limit: number },
): Promise<void> {
  const format = chosenFormat(context.flags, EVALUATION_FORMATS);
  const { run, result, cases, matching } = await showRun(store, name, options);
  const evaluation = worded(await judgeStored(await context.project(), store, run, result));
  if (format === "json") {
    const document = { schema: "agentops.run/1", run: evaluation.runs[0], matching, cases };
    return context.emit(JSON.stringify(document, null, 2));
  }
  const whole =
    options.caseId !== undefined && format === "text"
      ? []
      : [await evaluationIn(format, evaluation, context, () => caseOutcomes(store, run))];
  const shown = format === "text" ? await casesBlock(context, cases, matching) : [];
  return context.emit([...whole, ...shown].join("\n\n"));
}

async function casesBlock(context: CommandContext, cases: readonly CaseOutcome[], matching: number): Promise<string[]> {
  if (cases.length === 0) return [];
  const { casesText } = await import("../../../report/runs/text.ts");
  const style = createStyle(context.color("stdout") && context.flags.output === undefined);
  const more = matching > cases.length ? [`${matching - cases.length} more: --limit ${matching}`] : [];
  return [casesText(cases, style, context.shell.stdout.columns ?? 100), ...more];
}

/** RUN, or the latest. A second word must not be lost in silence. */
function onlyRun([name, more]: readonly string[]): string {
  if (more !== undefined) throw new AgentopsError("USAGE", `one run at a time: "${more}" is one more`);
  return name ?? "latest";
}

async function exportOne(
  context: CommandContext,
  store: RunStore,
  name: string,
  where: { notes: boolean; push: boolean },
): Promise<void> {
  if (where.push && !where.notes) {
    throw new AgentopsError("USAGE", "--push shares notes, and none was asked for", {
      hint: `agentops runs export ${name} --notes --push`,
    });
  }
  // Evidence is JSON too, so --json beside it asks for nothing else.
  const format = context.flags.format === "evidence" ? "evidence" : chosenFormat(context.flags, ["json", "evidence"]);
  if (format === "evidence" || where.notes) {
    return (await import("./evidence.ts")).exportOne(context, store, name, where);
  }
  const stored = await findRun(store, name);
  await context.emitLines(exportRun(store, stored));
}
