import { reasonIn } from "../../../core/reason.ts";
import type { CommandContext } from "../../context.ts";
import { emitFreeze } from "../freeze/run.ts";

export function run(context: CommandContext, _: unknown[], options: Record<string, unknown>): Promise<number> {
  return emitFreeze(context, null, reasonIn(options["reason"] as string | undefined) ?? "unfreeze");
}
