import { AgentopsError } from "../../../core/errors.ts";
import type { Order } from "../../../kill/kill.ts";
import { ALL, targetsOf } from "../../../kill/latch.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";

const EXAMPLE = {
  kill: 'agentops kill agents/refund-desk --reason "refunds twice"',
  revive: 'agentops revive agents/refund-desk --reason "v8 asks before it pays"',
};

/** What was typed after `kill` and `revive`: who or all, and why; throws USAGE with a line that would do. */
export function orderOf(
  context: CommandContext,
  verb: "kill" | "revive",
  [name]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Omit<Order, "environment"> {
  const all = options["all"] === true;
  if (all === (name !== undefined)) {
    const what = all ? `--all and the name ${name ?? ""} exclude each other` : `nothing to ${verb}: NAME or --all`;
    throw new AgentopsError("USAGE", what, { hint: EXAMPLE[verb] });
  }
  const targets = name === undefined ? [ALL] : targetsOf(name, verb);
  const reason = ((options["reason"] as string | undefined) ?? "").trim();
  if (reason === "") {
    const typed = `agentops ${verb} ${name ?? "--all"} --reason ${EXAMPLE[verb].slice(EXAMPLE[verb].indexOf('"'))}`;
    throw new AgentopsError("USAGE", "--reason is missing: somebody will want to know why", { hint: typed });
  }
  return { targets, reason, actor: actorOf(context) };
}
