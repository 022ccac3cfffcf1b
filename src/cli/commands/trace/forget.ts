import { join } from "node:path";
import { AgentopsError } from "../../../core/errors.ts";
import { traceForgetText } from "../../../report/trace/forget-text.ts";
import { forgetPerson } from "../../../traces/forget.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { writeReport } from "../../output.ts";
import { withTraces } from "../../open/traces.ts";

export async function forgetAction(
  context: CommandContext,
  args: readonly string[],
  options: Record<string, unknown>,
): Promise<number> {
  const user = options["user"] as string | undefined;
  if (user === undefined || args.length > 0) throw new AgentopsError("USAGE", "whom?", { hint: "agentops trace forget --user ID -m REASON" }); // prettier-ignore
  const project = await context.project();
  const actor = await actorOf(context);
  const done = await withTraces(context, project, (store) =>
    forgetPerson(store, {
      ...{ user, actor, environment: project.environment, signal: context.signal },
      reason: (options["message"] as string | undefined) ?? "asked to be forgotten",
      at: context.clock.now().toISOString(),
      suites: join(project.root, "evals"),
      write: (file, text) => writeReport(file, file, [text.replace(/\n$/, "")]),
    }),
  );
  await emitDocument(context, done, () => traceForgetText(done));
  return done.waiting > 0 ? 3 : 0;
}
