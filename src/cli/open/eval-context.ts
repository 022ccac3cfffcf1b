import type { EvalContext } from "../../evals/run/context.ts";
import type { RunStore } from "../../state/runs.ts";
import { actorOf } from "../actor.ts";
import type { CommandContext } from "../context.ts";

/** What a command that runs suites hands to the rooms. */
export async function evalContext(
  context: CommandContext,
  project: EvalContext["project"],
  store: RunStore,
): Promise<EvalContext> {
  const warned = new Set<string>();
  return {
    project,
    store,
    clock: context.clock,
    random: Math.random,
    actor: await actorOf(context),
    signal: context.signal,
    warn: (message) => {
      if (!warned.has(message)) context.note(`warning: ${message}`);
      warned.add(message);
    },
  };
}
