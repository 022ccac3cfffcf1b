import { AgentopsError } from "../../../core/errors.ts";
import { traceText } from "../../../report/trace/show-text.ts";
import { tracePrices } from "../../../traces/price.ts";
import { findTrace, showTrace } from "../../../traces/read/show.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { wholeNumber } from "../../numbers.ts";
import { configHere } from "./config-here.ts";
import { inTraceStore } from "../../open/traces.ts";
import { oneArgument } from "./one-argument.ts";

export async function showAction(
  context: CommandContext,
  args: readonly string[],
  options: Record<string, unknown>,
): Promise<number> {
  const id = oneArgument(args, "agentops trace show TRACE");
  const step = wholeNumber("--step", options["step"] as string | undefined);
  const prices = await tracePrices(await configHere(context));
  const whole = await inTraceStore(context, async ({ db }) => showTrace(await findTrace(db, id), prices));
  if (step !== undefined && step > whole.spans.length) throw new AgentopsError("USAGE", `--step ${step}: the trace has ${whole.spans.length}`); // prettier-ignore
  const shown = step === undefined ? whole : { ...whole, spans: whole.spans.filter((span) => span.step === step) };
  const width = context.shell.stdout.columns ?? 100;
  await emitDocument(context, shown, (style) =>
    traceText(shown, { style, width, step, full: options["full"] === true }),
  );
  return 0;
}
