import { AgentopsError } from "../../../core/errors.ts";
import { reasonIn } from "../../../core/reason.ts";
import { approve } from "../../../operations/approve.ts";
import { approvalsIn } from "../../../approvals/list.ts";
import { approvalsText, approvalText } from "../../../report/approvals/text.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { withRelease } from "../../open/release-context.ts";
import { unknownAction } from "../../unknown-action.ts";

export async function run(context: CommandContext, args: unknown[], options: Record<string, unknown>): Promise<number> {
  const [action = "list", ref] = args as (string | undefined)[];
  if (action === "approve") await approveOne(context, ref, options);
  else if (action === "list") await list(context, ref);
  else {
    throw unknownAction("approvals", action, ["list", "approve"], "[list [NAME] | approve REF]");
  }
  return 0;
}

async function approveOne(
  context: CommandContext,
  ref: string | undefined,
  options: Record<string, unknown>,
): Promise<void> {
  if (ref === undefined) {
    throw new AgentopsError("USAGE", "nothing to approve: REF is missing", {
      hint: "agentops approvals approve support-triage@v7",
    });
  }
  const order = {
    ref,
    actor: await actorOf(context),
    reason: reasonIn(options["reason"] as string | undefined) ?? "approved",
    sign: options["sign"] === true,
  };
  const done = await withRelease(context, (release) =>
    approve(release, { ...order, environment: release.project.environment }),
  );
  await emitDocument(context, done, (style) => approvalText(done, style));
}

async function list(context: CommandContext, name: string | undefined): Promise<void> {
  const found = await withRelease(context, ({ project, store }) => approvalsIn(store.db, project.environment, name));
  await emitDocument(context, found, (style) => approvalsText(found, style));
}
