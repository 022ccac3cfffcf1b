import { hostname } from "node:os";
import { AgentopsError } from "../../../core/errors.ts";
import { durationMs } from "../../../core/duration.ts";
import { newId } from "../../../core/ids.ts";
import { rolloutView } from "../../../rollout/view.ts";
import { rolloutDocument } from "../../../report/rollout/document.ts";
import { reasonText } from "../../../report/rollout/reasons.ts";
import type { Turn } from "../../../rollout/turn.ts";
import { watchRollout } from "../../../operations/watch.ts";
import { rolloutLine, rolloutText } from "../../../report/rollout/text.ts";
import { createStyle } from "../../../report/style.ts";
import { emitRollout, exitOf } from "./document.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { tellOfEnds } from "../../open/tell.ts";
import { inOperatedStore, placeOf } from "../../open/operated-store.ts";

/** Takes turns in the foreground: the screen redrawn on a terminal, else a line whenever something changed; the last state is the document. */
export async function watch(context: CommandContext, name: unknown, options: Record<string, unknown>): Promise<number> {
  chosenFormat(context.flags, ["text", "json"]);
  const intervalMs = intervalOf(options["interval"] as string | undefined);
  return inOperatedStore(context, async (open) => {
    const { store } = open;
    const place = await placeOf(open, name, "agentops canary watch support-triage");
    const show = progressOf(context);
    const shownNow = async ({ rollout }: Turn, held: Turn["held"]) =>
      rolloutDocument(await rolloutView(store.db, rollout, { at: context.clock.now().toISOString(), held }));
    const turn = await watchRollout(store, place, {
      markers: store.address.markers,
      clock: context.clock,
      via: "watch",
      say: reasonText,
      // Containers may share a host's name and a process's number; the last digits of an id are chance.
      holder: `process ${process.pid} on ${hostname()} (${newId().slice(-6)})`,
      intervalMs,
      signal: context.signal,
      onTrouble: ({ message }) => {
        context.note(`${place.target}: no turn: ${message}; trying again`);
      },
      onTurn: async (taken) => {
        show(await shownNow(taken, taken.held));
      },
    });
    await tellOfEnds(context, store, place.environment);
    await emitRollout(context, await shownNow(turn, null));
    return exitOf({ ...turn, held: null, frozen: null });
  });
}

function intervalOf(typed: string | undefined): number {
  const ms = durationMs(typed ?? "10s");
  if (ms !== undefined && ms >= 10 && ms <= 86_400_000) return ms;
  throw new AgentopsError("USAGE", `--interval takes a time from 10ms to 1d, not "${typed ?? ""}"`, {
    hint: "--interval 10s",
  });
}

type Document = Parameters<typeof rolloutLine>[0];

function progressOf(context: CommandContext): (document: Document) => void {
  const { stderr } = context.shell;
  let last = "";
  if (stderr.isTTY !== true || context.flags.quiet === true) {
    return (document) => {
      // An estimate that moves with the clock is no news.
      const news = JSON.stringify([document.history.length, document.analysis.guardrails, document.awaiting]);
      if (news !== last) context.note(rolloutLine(document));
      last = news;
    };
  }
  const style = createStyle(context.color("stderr"));
  return (document) => {
    const text = `${rolloutText(document, style, context.clock.now().toISOString(), stderr.columns)}\n`;
    // Back to where the last picture began, and away with it.
    const up = last === "" ? "" : `\u001b[${last.split("\n").length - 1}A\u001b[J`;
    stderr.write(`${up}${text}`);
    last = text;
  };
}
