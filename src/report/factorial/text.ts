import type { Effect, Experiment, FactorialDocument, FactorialMetric } from "../../comparison/factorial/schema.ts";
import { printable } from "../../core/printable.ts";
import { plural } from "../../core/words.ts";
import { sideName } from "../diff/words.ts";
import { paint, type Style } from "../style.ts";
import { columns } from "../table.ts";
import { cellWords, conclusion, effectWords, pWords, SIMPLE_WORDS, VERDICTS } from "./words.ts";

/** A 2 × 2 for a terminal: the four cells, what each factor does, and what that tells, last. */
export function factorialText({ experiments }: FactorialDocument, style: Style): string {
  return experiments.map((experiment) => experimentText(experiment, style)).join("\n\n");
}

function experimentText(experiment: Experiment, style: Style): string {
  const { metrics, notes, need, verdict, stopped } = experiment;
  const word = paint(style, verdict === "decided" ? "pass" : "inconclusive", verdict);
  return [
    heading(experiment, style),
    ...metrics.map((metric) => metricBlock(metric, style)),
    [
      ...runLines(experiment, style),
      ...(need === null ? [] : [`need: ${plural(need, "case")} to tell both apart, if the rest goes like these`]),
      ...(stopped === null ? [] : [style.unsure(`stopped: ${printable(stopped)}`)]),
      ...notes.map((note) => style.dim(`note: ${note}`)),
      `verdict: ${style.bold(word)}: ${printable(conclusion(experiment))}`,
    ].join("\n"),
  ].join("\n\n");
}

function heading(experiment: Experiment, style: Style): string {
  const { suite, control, candidate, cases, clusters, trials, unscored, changed } = experiment;
  const line = (label: string, side: Experiment["control"]) =>
    `${style.dim(label.padEnd(9))}  ${style.bold(sideName({ ...side, run: null }))}  ${side.model}`;
  const grouped = clusters === cases ? "" : ` in ${plural(clusters, "cluster")}`;
  const left = unscored === 0 ? "" : `; ${plural(unscored, "case")} left out, which a cell never scored`;
  const others = changed.filter((part) => part !== "model" && part !== "prompt");
  return [
    line("control", control),
    line("candidate", candidate),
    `${style.dim("suite    ")}  ${suite}: ${plural(cases, "case")}${grouped} × ${plural(trials, "trial")} in each of four cells${left}`,
    ...(others.length === 0
      ? []
      : [
          style.dim(
            `"prompt" stands for all that changed beside the model: ${changed.filter((p) => p !== "model").join(", ")}`,
          ),
        ]),
  ].join("\n");
}

function metricBlock(metric: FactorialMetric, style: Style): string {
  const [y00 = 0, y10 = 0, y01 = 0, y11 = 0] = metric.cells;
  const show = (value: number) => cellWords(metric, value);
  const cells = columns(
    [metric.name, "control's model", "candidate's model"],
    [
      ["control's prompt", show(y00), show(y01)],
      ["candidate's prompt", show(y10), show(y11)],
    ],
    style.dim,
  );
  const simple = metric.simple.map((one) => [SIMPLE_WORDS[one.name], effectWords(metric, one), "", ""]);
  const effects = columns(
    ["effect", "change [95 %]", "p (adjusted)", "verdict"],
    [...metric.effects.map((effect) => effectRow(metric, effect, style)), ...simple],
    style.dim,
  );
  return `${cells}\n\n${effects}`;
}

function effectRow(metric: FactorialMetric, effect: Effect, style: Style): string[] {
  const good = metric.higherIsBetter ? "up" : "down";
  const decided = effect.verdict === "up" || effect.verdict === "down";
  // An interaction is neither good nor bad by itself.
  const colour = decided && effect.name !== "interaction" ? (effect.verdict === good ? "pass" : "fail") : "none";
  const shown = effect.verdict === "inconclusive" ? "inconclusive" : colour;
  return [effect.name, effectWords(metric, effect), pWords(effect), paint(style, shown, VERDICTS[effect.verdict])];
}

function runLines({ cells }: Experiment, style: Style): string[] {
  return cells.map(({ prompt, model, run, errors }) =>
    style.dim(`run ${run}  ${prompt} prompt × ${model} model${errors === 0 ? "" : `, ${plural(errors, "error")}`}`),
  );
}
