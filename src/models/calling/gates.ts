import type { Clock } from "../../core/clock.ts";
import { createGate, type CallGate, type Limits } from "./limits.ts";

/**
 * The provider sees one account, so its limits hold for all clients of a process together: the model under test and
 * the judge may share a provider.
 */
const gates = new Map<string, CallGate>();

/** The gate of a provider; a later client's concurrency replaces an earlier one's. */
export function sharedGate(provider: string, limits: Limits, clock: Clock): CallGate {
  const key = JSON.stringify([provider, limits.requestsPerMinute, limits.tokensPerMinute]);
  const known = gates.get(key);
  if (known !== undefined) {
    known.setConcurrency(limits.concurrency);
    return known;
  }
  const gate = createGate(limits, clock);
  gates.set(key, gate);
  return gate;
}
