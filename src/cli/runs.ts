import { AgentopsError } from "../core/errors.ts";
import { caseOutcomes } from "../evals/outcomes.ts";
import { exportRun, listRuns, showRun } from "../evals/runs.ts";
import { findRun } from "../evals/runs.store.ts";
import { specOf } from "../evals/runs.store.ts";
import { judge } from "../release/evaluate.ts";
import type { EvaluatedRun, Evaluation } from "../release/evaluation.schema.ts";
import { createStyle } from "../report/style.ts";
import { openStore, type Store, storeFile } from "../state/store.ts";
import { chosenFormat, type CommandContext } from "./context.ts";
import { emitDocument } from "./document.ts";
import { wholeNumber } from "./numbers.ts";

export async function run(
  context: CommandContext,
  [action, name]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const project = await context.project();
  const store = openStore(storeFile(project.root, context.shell.env), { durability: "normal" });
  const limit = wholeNumber("--limit", options["limit"] as string | undefined) ?? 20;
  try {
    switch ((action as string | undefined) ?? "list") {
      case "list":
        await list(context, store, limit);
        return 0;
      case "show":
        await show(context, store, (name as string | undefined) ?? "latest", {
          all: options["all"] === true,
          caseId: options["case"] as string | undefined,
          limit,
        });
        return 0;
      case "export":
        await exportOne(context, store, (name as string | undefined) ?? "latest");
        return 0;
      default:
        throw new AgentopsError("USAGE", `unknown action "${String(action)}"`, {
          hint: "agentops runs [list | show RUN | export RUN]",
        });
    }
  } finally {
    await store.close();
  }
}

async function list(context: CommandContext, store: Store, limit: number): Promise<void> {
  const { runsText } = await import("../report/runs.ts");
  const runs = await listRuns(store, limit);
  await emitDocument(context, { schema: "agentops.runs/1", runs }, (style) => runsText(runs, style));
}

async function show(
  context: CommandContext,
  store: Store,
  name: string,
  options: { all: boolean; caseId: string | undefined; limit: number },
): Promise<void> {
  const format = chosenFormat(context.flags, ["text", "json", "markdown", "junit", "github"]);
  const shown = await showRun(store, name, options);
  const judged: EvaluatedRun = judge(specOf(shown.run).suite.gate, { result: shown.result, stopped: undefined });
  const evaluation: Evaluation = { schema: "agentops.eval/1", verdict: judged.verdict, runs: [judged] };
  switch (format) {
    case "json":
      return context.emit(
        JSON.stringify(
          { schema: "agentops.run/1", run: judged, matching: shown.matching, cases: shown.cases },
          null,
          2,
        ),
      );
    case "markdown":
      return context.emit((await import("../report/evaluation-markdown.ts")).evaluationMarkdown(evaluation));
    case "junit":
      return context.emit(
        (await import("../report/evaluation-junit.ts")).evaluationJunit(evaluation, () =>
          caseOutcomes(store, shown.run),
        ),
      );
    case "github":
      return context.emit((await import("../report/evaluation-github.ts")).evaluationGithub(evaluation));
    case "text": {
      const { evaluationText } = await import("../report/evaluation-text.ts");
      const { casesText } = await import("../report/runs.ts");
      const style = createStyle(context.color("stdout") && context.flags.output === undefined);
      const cases = casesText(shown.cases, style, context.shell.stdout.columns ?? 100);
      const more =
        shown.matching > shown.cases.length
          ? `\n\n${shown.matching - shown.cases.length} more: --limit ${shown.matching}`
          : "";
      const summary = options.caseId === undefined ? [evaluationText(evaluation, style)] : [];
      return context.emit([...summary, ...(cases === "" ? [] : [`${cases}${more}`])].join("\n\n"));
    }
  }
}

async function exportOne(context: CommandContext, store: Store, name: string): Promise<void> {
  const stored = await findRun(store, name);
  await context.emitLines(exportRun(store, stored));
}
