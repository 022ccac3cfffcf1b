import type { CommandContext } from "../../context.ts";
import { unknownAction } from "../../unknown-action.ts";

type Options = Record<string, unknown>;
type Action = (context: CommandContext, args: readonly string[], options: Options) => Promise<number>;

/** Each loads what it needs alone. */
const ACTIONS: Record<string, () => Promise<Action>> = {
  list: async () => (await import("./list.ts")).listAction,
  show: async () => (await import("./show.ts")).showAction,
  forget: async () => (await import("./forget.ts")).forgetAction,
  import: async () => (await import("./import.ts")).importAction,
  export: async () => (await import("./export.ts")).exportAction,
};

export async function run(context: CommandContext, [action, args]: unknown[], options: Options): Promise<number> {
  const name = (action as string | undefined) ?? "list";
  const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (load === undefined)
    throw unknownAction(
      "trace",
      name,
      Object.keys(ACTIONS),
      "list|show TRACE|import FILE…|export TRACE…|forget --user ID",
    );
  return (await load())(context, args as string[], options);
}
