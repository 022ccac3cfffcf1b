import type { ModelRequest, ModelResult } from "../client/client.ts";

/** One line of a recordings file. */
export interface Recording {
  key: string;
  pin: string;
  case: string;
  trial: number;
  request: ModelRequest;
  result: ModelResult;
  /** ISO 8601, UTC. */
  recordedAt: string;
}
