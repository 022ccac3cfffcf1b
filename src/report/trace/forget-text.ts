import type { TraceForgetDocument } from "../../traces/schema.ts";
import { many, whole } from "../numbers.ts";

export function traceForgetText({ traces, outcomes, waiting, cases }: TraceForgetDocument): string {
  const done = `erased ${many(traces, "trace")} and ${many(cases, "proposed case")}; ${many(outcomes, "outcome")} no longer say whom they were for`;
  const left =
    waiting === 0 ? "" : `\n${whole(waiting)} are counted by an open rollout: run this again when it has ended`;
  return `${done}${left}\nnot looked at: files that people keep themselves (datasets, recordings), and copies of the store`;
}
