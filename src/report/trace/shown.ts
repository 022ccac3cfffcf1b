import { trimmed, usd, whole } from "../numbers.ts";
import type { ListedTrace } from "../../traces/schema.ts";

/** 640 → "640 ms", 4210 → "4.21 s", 200000 → "3 min 20 s". */
export function span(ms: number): string {
  if (ms < 1000) return `${trimmed(ms, ms < 10 ? 1 : 0)} ms`;
  if (ms < 60_000) return `${trimmed(ms / 1000, 2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${whole(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}

/** What it cost, and of how many calls nobody knows; "-" where nothing was called. */
export function cost({ costUsd, unpricedCalls, modelCalls }: ListedTrace): string {
  if (modelCalls === 0) return "-";
  if (costUsd === null) return "unknown";
  return unpricedCalls > 0 ? `≥ ${usd(costUsd)}` : usd(costUsd);
}

/** How it ended, and whether it was a success, as far as anybody said. */
export function ending({ outcome: { success, source, state }, isComplete }: ListedTrace): string {
  const ended = state ?? (isComplete ? "ended" : "not ended");
  if (success === null) return `${ended}, success unknown`;
  const said = source === "status" ? " (by its status)" : "";
  if (success) return `${ended}, success${said}`;
  return ended === "failed" ? `failed${said}` : `${ended}, no success${said}`;
}
