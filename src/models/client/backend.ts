import type { Clock } from "../../core/clock.ts";
import type { Project } from "../../core/project.ts";
import type { Halt } from "./halt.ts";
import type { CallContext, ModelRequest, ModelResult } from "./client.ts";

/** What one attempt brings back; the call around it adds latency, price and the count of attempts. */
export interface Answer extends Omit<ModelResult, "costUsd" | "retryCostUsd" | "latencyMs" | "attempts"> {
  /** USD when the answer itself names it; undefined = work it out from the tokens. */
  costUsd?: number | null | undefined;
  /** Only when a virtual clock counted it. */
  latencyMs?: number | undefined;
}

/** One kind of thing that answers. It makes single attempts: limits, deadlines, retries and prices are the caller's. */
export interface Backend {
  /** Throws a CallFailure; rejects soon after `halt` is ended. */
  attempt(request: ModelRequest, context: CallContext, halt: Halt): Promise<Answer>;
  close(): Promise<void>;
}

/** What every backend is made from. */
export interface BackendSetup {
  project: Project;
  /** The name under `models:`. */
  name: string;
  model: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** Bytes of the largest answer that is taken. */
  maxAnswer: number;
}
