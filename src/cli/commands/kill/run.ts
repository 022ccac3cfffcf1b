import { existsSync } from "node:fs";
import { durationMs } from "../../../core/duration.ts";
import { AgentopsError, messageOf } from "../../../core/errors.ts";
import { waitForArrival } from "../../../kill/arrival.ts";
import { kill, type Order } from "../../../kill/kill.ts";
import { killText } from "../../../report/kill/text.ts";
import { type Acting, machineActor, statedActor, urgentActor } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { orderOf } from "./order.ts";
import { readersOf } from "./readers.ts";
import { findSwitchboard, keptFor, shownStore } from "../../open/switchboard.ts";

export async function run(
  context: CommandContext,
  [words]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const { board, environment, location } = await findSwitchboard(context, (what) => {
    context.note(`warning: ${what}; where that is another one, name it: AGENTOPS_STORE`);
  });
  const waitMs = waitOf(options["wait"] as string | undefined);
  const typed = await orderOf("kill", words as string[], options, { board, location });
  const also = options["withReaders"] === true ? await readersOf(typed.targets, board, location) : [];
  const order = { ...typed, targets: [...typed.targets, ...also], ...actorIn(context) };
  const named = (context.shell.env["AGENTOPS_STORE"] ?? "") !== "";
  if (named && board.store.file !== null && !existsSync(board.store.file))
    context.note(`note: there was no store ${shownStore(context, board.store.shown)}; it is made now`);
  const killed = await kill(board, { ...order, environment });
  const readers = await readersOf(order.targets, board, location);
  const arrival = waitMs === null ? undefined : await waitForArrival(board, environment, waitMs);
  const done = { ...killed, ...(readers.length > 0 && { readers }), ...(arrival !== undefined && { arrival }) };
  await emitDocument(context, done, (style) => killText(done, style, keptFor(context, board)));
  return arrival === undefined || (arrival.problem === null && arrival.missing.length === 0) ? 0 : 4;
}

/** Nobody is kept from a kill by a name: one that is nobody's is as none, and git is asked once the marker is set. */
function actorIn(context: CommandContext): Pick<Order, "actor" | "who"> {
  let stated: Acting | undefined;
  try {
    stated = statedActor(context);
  } catch (error) {
    context.note(`warning: ${messageOf(error)}`);
  }
  if (stated !== undefined) return { actor: stated.name };
  return { actor: machineActor(context).name, who: () => urgentActor(context) };
}

function waitOf(typed: string | undefined): number | null {
  if (typed === undefined) return null;
  const ms = durationMs(typed);
  if (ms !== undefined && ms > 0 && ms <= 600_000) return ms;
  throw new AgentopsError("USAGE", `--wait takes a time from 1ms to 10m, not "${typed}"`, { hint: "--wait 5s" });
}
