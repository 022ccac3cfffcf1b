import { collectText } from "../../../report/collect/text.ts";
import { listenAt, tokenIn } from "../../../server/collect/bind.ts";
import { collect, type Listening } from "../../../server/collect/collect.ts";
import { COLLECT_LIMITS } from "../../../server/collect/limits.ts";
import type { CollectDocument } from "../../../server/collect/schema.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { receivingOf } from "../../open/receiving.ts";
import { withTraces } from "../../open/traces.ts";
import { outcomesNowAndThen } from "./outcomes-now-and-then.ts";
import { progressOf } from "./progress.ts";

/** Milliseconds from one line of progress to the next. */
const TELL_MS = 10_000;

/** Listens until it is told to stop, and then throws why: nobody starts a collector for its end. */
export async function run(context: CommandContext, _: unknown[], options: Record<string, unknown>): Promise<number> {
  const format = chosenFormat(context.flags, ["text", "json"]);
  const token = tokenIn(context.shell.env);
  const typed = { host: options["host"] as string | undefined, port: options["port"] as string | undefined };
  const at = listenAt(typed, token);
  const project = await context.project();
  return withTraces(context, project, async (store) => {
    const { receive, outcomes } = await receivingOf(context, project, store);
    const listening = await collect(at, {
      ...receive,
      ...{ token, limits: COLLECT_LIMITS },
      onTrouble: (line) => {
        context.note(`collect: ${line}`);
      },
    });
    const document: CollectDocument = { schema: "agentops.collect/1", listening: listening.url };
    const recording = outcomesNowAndThen(outcomes, (line) => {
      context.note(`collect: ${line}`);
    });
    try {
      await context.emit(format === "json" ? JSON.stringify(document) : collectText(document, { hasToken: token !== null })); // prettier-ignore
      await untilStopped(context, listening);
    } finally {
      await listening.stop();
      await recording.stop();
    }
    throw context.signal.reason;
  });
}

async function untilStopped(context: CommandContext, listening: Listening): Promise<void> {
  const { signal, clock } = context;
  const progress = progressOf(listening, clock.monotonicMs());
  const tell = () => {
    const line = progress(clock.monotonicMs());
    if (line !== null) context.note(line);
  };
  const timer = setInterval(tell, TELL_MS);
  await new Promise<void>((stopped) => {
    if (signal.aborted) stopped();
    else signal.addEventListener("abort", () => { stopped(); }, { once: true }); // prettier-ignore
  });
  clearInterval(timer);
}
