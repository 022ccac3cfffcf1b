import { AgentopsError } from "../../../core/errors.ts";
import type { CommandContext } from "../../context.ts";
import { unknownAction } from "../../unknown-action.ts";

type Options = Record<string, unknown>;
type Action = (context: CommandContext, args: readonly string[], options: Options) => Promise<number>;

/** Each loads what it needs alone. */
const ACTIONS: Record<string, () => Promise<Action>> = {
  list: async () => (await import("./list.ts")).listAction,
  show: async () => (await import("./show.ts")).showAction,
  import: async () => (await import("./import.ts")).importAction,
};

export async function run(context: CommandContext, [action, args]: unknown[], options: Options): Promise<number> {
  const name = (action as string | undefined) ?? "list";
  const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (load === undefined) throw unknownAction("trace", name, Object.keys(ACTIONS), "list|show TRACE|import FILE…");
  return (await load())(context, args as string[], options);
}

/** The one argument of an action. Throws USAGE. */
export function oneArgument(args: readonly string[], usage: string): string {
  const [one, ...more] = args;
  if (one === undefined || more.length > 0) throw new AgentopsError("USAGE", one === undefined ? "which trace?" : "one trace at a time", { hint: usage }); // prettier-ignore
  return one;
}
