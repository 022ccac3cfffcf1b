import { AgentopsError } from "../../../core/errors.ts";
import { approve } from "../../../operations/approve.ts";
import { approvalsIn } from "../../../approvals/list.ts";
import { approvalsText, approvalText } from "../../../report/approvals/text.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { withRelease } from "../../open/release-context.ts";

export async function run(context: CommandContext, args: unknown[], options: Record<string, unknown>): Promise<number> {
  const [action = "list", ref] = args as (string | undefined)[];
  if (action === "approve") await approveOne(context, ref, (options["reason"] as string | undefined) ?? "approved");
  else if (action === "list") await list(context, ref);
  else {
    throw new AgentopsError("USAGE", `unknown action "${action}"`, {
      hint: "agentops approvals [list [NAME] | approve REF]",
    });
  }
  return 0;
}

async function approveOne(context: CommandContext, ref: string | undefined, reason: string): Promise<void> {
  if (ref === undefined) {
    throw new AgentopsError("USAGE", "nothing to approve: REF is missing", {
      hint: "agentops approvals approve support-triage@v7",
    });
  }
  const actor = actorOf(context);
  const done = await withRelease(context, (release) =>
    approve(release, { ref, environment: release.project.environment, actor, reason }),
  );
  await emitDocument(context, done, (style) => approvalText(done, style));
}

async function list(context: CommandContext, name: string | undefined): Promise<void> {
  const found = await withRelease(context, ({ project, store }) => approvalsIn(store.db, project.environment, name));
  await emitDocument(context, found, (style) => approvalsText(found, style));
}
