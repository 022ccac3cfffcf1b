import { messageOf } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import type { EvaluatedRun } from "../../gate/evaluation.schema.ts";
import { shareEvidence } from "../../policy/evidence/share-evidence.ts";
import { runDocument } from "../../report/evaluation/document.ts";
import type { RunStore } from "../../state/runs.ts";
import { actorOf } from "../actor.ts";
import type { CommandContext } from "../context.ts";
import { addressFor } from "../open/address.ts";
import { version } from "../version.ts";

/** A team's verdicts go to its server; one that is out of reach makes no eval fail, but somebody has to know. */
export async function shareVerdicts(
  context: CommandContext,
  project: Project,
  store: RunStore,
  runs: readonly EvaluatedRun[],
): Promise<void> {
  const address = addressFor(context.shell, project);
  const judged = runs.filter(({ verdict }) => verdict !== "none").map(({ id }) => id);
  if (address.file !== null || judged.length === 0) return;
  const { clock } = context;
  try {
    await shareEvidence({ project, store, clock, actor: await actorOf(context) }, judged, {
      agentops: version(),
      word: runDocument,
    });
  } catch (error) {
    context.note(
      `warning: the verdict is not in ${address.shown}: ${messageOf(error)}; later: agentops runs export ${judged[0] ?? ""} --format evidence --output e.json, agentops runs import e.json`,
    );
  }
}
