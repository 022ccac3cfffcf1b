import type { GatePlanFound } from "../../gate/plan/plan-gate.ts";
import type { GatePlan } from "../../gate/plan/plan.schema.ts";
import { gateNoteText } from "../gate/document.ts";
import { weakenedDocument } from "../gate/weakened.ts";

/** `agentops.gate-plan/1`: what a gate would do, in words. */
export function gatePlanDocument(found: GatePlanFound): GatePlan {
  return { ...found, weakened: found.weakened.map(weakenedDocument), notes: found.notes.map(gateNoteText) };
}
