import { rollback } from "../release/serving/rollback.ts";
import { releaseText } from "../report/release-text.ts";
import { actorOf } from "./actor.ts";
import type { CommandContext } from "./context.ts";
import { emitDocument } from "./document.ts";
import { releaseBoard } from "./release-context.ts";

export async function run(
  context: CommandContext,
  [name]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const { board, environment } = await releaseBoard(context);
  const done = rollback(board, {
    name: name as string,
    environment,
    to: options["to"] as string | undefined,
    from: options["from"] as string | undefined,
    actor: actorOf(context),
    // At 3 a.m. nobody must think of one.
    reason: (options["reason"] as string | undefined) ?? "rollback",
  });
  await emitDocument(context, done, (style) => releaseText(done, style));
  return 0;
}
