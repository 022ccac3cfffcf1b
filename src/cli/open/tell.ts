import { tellEnds } from "../../operations/tell-ends.ts";
import type { Store } from "../../state/store.ts";
import type { CommandContext } from "../context.ts";

/** Tells whom plans name of rollouts that ended by themselves, and says on stderr whom. */
export async function tellOfEnds(context: CommandContext, store: Store, env: string): Promise<void> {
  const { clock, shell, cwd, signal } = context;
  for (const { channel, target, error } of await tellEnds(store, env, { clock, env: shell.env, cwd, signal })) {
    const what = `the end of the rollout of ${target}`;
    context.note(
      error === null
        ? `note: ${channel} was told of ${what}`
        : `note: ${channel} could not be told of ${what}: ${error}`,
    );
  }
}
