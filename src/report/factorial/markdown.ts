import type { Experiment, FactorialDocument, FactorialMetric } from "../../comparison/factorial/schema.ts";
import { sideName } from "../diff/words.ts";
import { code, markdownTable, prose } from "../markdown.ts";
import { plural } from "../../core/words.ts";
import { cellWords, conclusion, effectWords, pWords, SIMPLE_WORDS, VERDICTS } from "./words.ts";

const SIGN = { decided: "✅", inconclusive: "❔" } as const;

/** A 2 × 2 for a pull request: the verdict first, then the cells and the effects of each metric. */
export function factorialMarkdown({ experiments }: FactorialDocument): string {
  return `${experiments.map(section).join("\n\n")}\n`;
}

function section(experiment: Experiment): string {
  const { suite, verdict, control, candidate, metrics, cases, trials, unscored, need, notes } = experiment;
  const left = unscored === 0 ? "" : `; ${plural(unscored, "case")} left out, which a cell never scored`;
  const side = (one: Experiment["control"]) => `${code(sideName({ ...one, run: null }))} on ${code(one.model)}`;
  return [
    `**agentops eval --factorial: ${SIGN[verdict]} ${verdict}**: ${prose(conclusion(experiment))}`,
    `${side(control)} → ${side(candidate)}, suite ${code(suite)}: ${plural(cases, "case")} × ${plural(trials, "trial")} in each of four cells${left}`,
    ...metrics.flatMap(tables),
    ...(need === null
      ? []
      : [`More evidence: ${plural(need, "case")} to tell both apart, if the rest goes like these.`]),
    ...notes.map((note) => `> ${prose(note)}`),
  ].join("\n\n");
}

function tables(metric: FactorialMetric): string[] {
  const [y00 = 0, y10 = 0, y01 = 0, y11 = 0] = metric.cells;
  const show = (value: number) => cellWords(metric, value);
  return [
    markdownTable(
      [metric.name, "control's model", "candidate's model"],
      [
        ["control's prompt", show(y00), show(y01)],
        ["candidate's prompt", show(y10), show(y11)],
      ],
    ),
    markdownTable(
      ["effect", "change [95 %]", "p", "verdict"],
      [
        ...metric.effects.map((e) => [e.name, effectWords(metric, e), pWords(e), VERDICTS[e.verdict]]),
        ...metric.simple.map((one) => [SIMPLE_WORDS[one.name], effectWords(metric, one), "", ""]),
      ],
    ),
  ];
}
