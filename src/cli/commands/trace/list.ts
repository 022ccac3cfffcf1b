import { AgentopsError } from "../../../core/errors.ts";
import { durationMs } from "../../../core/duration.ts";
import { tracesText } from "../../../report/trace/list-text.ts";
import { tracesOf } from "../../../traces/read/list.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { wholeNumber } from "../../numbers.ts";
import { inTraceStore } from "../../open/traces.ts";

export async function listAction(
  context: CommandContext,
  args: readonly string[],
  options: Record<string, unknown>,
): Promise<number> {
  if (args.length > 0) throw new AgentopsError("USAGE", `trace list takes no "${args[0] ?? ""}"`, { hint: `agentops trace show ${args[0] ?? ""}` }); // prettier-ignore
  const since = durationOf(options, "since");
  const request = {
    limit: wholeNumber("--limit", options["limit"] as string | undefined) ?? 100,
    text: options["text"] as string | undefined,
    target: options["target"] as string | undefined,
    version: options["served"] as string | undefined,
    error: options["error"] === true,
    slowMs: durationOf(options, "slow"),
    costlyUsd: usdOf(options["costly"] as string | undefined),
    tool: options["tool"] as string | undefined,
    user: options["user"] as string | undefined,
    sinceMs: since === undefined ? undefined : context.clock.now().getTime() - since,
  };
  const found = await inTraceStore(context, (store) => tracesOf(store.db, request));
  await emitDocument(context, found, (style) => tracesText(found, style));
  return 0;
}

function durationOf(options: Record<string, unknown>, name: string): number | undefined {
  const typed = options[name] as string | undefined;
  if (typed === undefined) return undefined;
  const ms = durationMs(typed);
  if (ms === undefined)
    throw new AgentopsError("USAGE", `--${name} ${typed}: no duration`, { hint: "as 500ms, 2s, 24h" });
  return ms;
}

function usdOf(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const usd = Number(typed.replace(/^\$/, ""));
  if (typed.trim() === "" || !Number.isFinite(usd) || usd < 0) throw new AgentopsError("USAGE", `--costly ${typed}: no amount`, { hint: "USD, as 0.05" }); // prettier-ignore
  return usd;
}
