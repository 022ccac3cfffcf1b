import { resolve } from "node:path";
import { AgentopsError } from "../../../core/errors.ts";
import { calibrate } from "../../../evals/calibration/calibrate.ts";
import { readLabels } from "../../../evals/calibration/labels.ts";
import { loadSuites } from "../../../evals/dataset/suite.ts";
import { calibrationDocument } from "../../../report/judge/document.ts";
import { judgeText } from "../../../report/judge/text.ts";
import { runsOf } from "../../open/runs.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { evalContext } from "../../open/eval-context.ts";

const EXIT = { usable: 0, refused: 1, inconclusive: 3 } as const;

export async function run(
  context: CommandContext,
  [action, name]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const text = (key: string) => options[key] as string | undefined;
  const file = text("labels");
  if (action !== "calibrate") {
    throw new AgentopsError("USAGE", `unknown action "${String(action)}"`, {
      hint: "agentops judge calibrate SUITE --labels FILE",
    });
  }
  if (file === undefined) {
    throw new AgentopsError("USAGE", "--labels FILE is missing: people's verdicts on outputs of a stored run", {
      hint: 'one a line: {"case": "id", "label": "pass"}   (the outputs: agentops runs export latest)',
    });
  }
  const project = await context.project();
  const [suite] = await loadSuites(project, [name as string], context.cwd);
  if (suite === undefined) throw new AgentopsError("SUITE_NOT_FOUND", `no suite "${String(name)}"`);
  const labels = await readLabels({ file, path: resolve(context.cwd, file) });
  const store = runsOf(context, project);
  try {
    const chosen = { run: text("run"), scorer: text("scorer"), word: calibrationDocument };
    const found = await calibrate(await evalContext(context, project, store), suite, labels, chosen);
    await emitDocument(context, found, (style) => judgeText(found, style));
    return EXIT[found.verdict];
  } finally {
    await store.close();
  }
}
