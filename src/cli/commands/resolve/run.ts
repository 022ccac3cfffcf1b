import { AgentopsError, exitCodeOf } from "../../../core/errors.ts";
import { chance } from "../../../core/ids.ts";
import { EVERY } from "../../../kill/latch.ts";
import type { Switchboard } from "../../../kill/switchboard.ts";
import { resolutionText } from "../../../report/resolution/text.ts";
import { answer, routeOf, unitOf } from "../../../runtime/resolution.ts";
import { readOnce } from "../../../runtime/store-reader.ts";
import { examineStore } from "../../../state/examine.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { chosenEnvironment, openSwitchboard } from "../../open/switchboard.ts";

/** 5: killed. 2: never released. 4 or 2: the store cannot be read, and nothing is known. */
export async function run(
  context: CommandContext,
  [name]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  refuseVersion(name as string);
  const { board, location } = openSwitchboard(context);
  const chosen = await chosenEnvironment(context, location);
  const reader = await readOnce(board.store, context.clock);
  try {
    const route = routeOf(reader, chosen.name === EVERY ? null : chosen.name, name as string);
    if (route.unclear !== null)
      throw new AgentopsError("REF_INVALID", route.unclear, { hint: "prompts/NAME or agents/NAME; --env NAME" });
    const resolution = answer(route, unitOf(options["unit"]), chance);
    await emitDocument(context, resolution, (style) => resolutionText(resolution, style));
    if (resolution.reason === "DISABLED") return 5;
    if (resolution.reason !== "ERROR") return 0;
    return resolution.errorCode === "STORE_FAILED" ? await exitOfStore(context, board) : 2;
  } finally {
    reader.close();
  }
}

/** Nothing is known: 4 where the store may be read at the next try, 2 where it stays so until somebody changes something. */
async function exitOfStore({ clock }: CommandContext, { store, waitMs }: Switchboard): Promise<number> {
  try {
    const { schema, migratesItself } = await examineStore(store, { waitMs, clock });
    return schema !== null && schema.pending > 0 && !migratesItself ? 2 : 4;
  } catch (error) {
    return exitCodeOf(error);
  }
}

/** It is the answer, not the question. */
function refuseVersion(name: string): void {
  const at = name.indexOf("@");
  if (at < 0) return;
  throw new AgentopsError("USAGE", `resolve says which version is served, and "${name}" names one`, {
    hint: `agentops resolve ${name.slice(0, at)}   or   agentops show ${name}`,
  });
}
