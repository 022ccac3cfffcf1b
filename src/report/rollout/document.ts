import type { RolloutDocument } from "../../rollout/schema.ts";
import type { RolloutView } from "../../rollout/view.ts";
import { reasonText } from "./reasons.ts";

/** `agentops.rollout/1`: a rollout with its reasons in words. */
export function rolloutDocument(view: RolloutView): RolloutDocument {
  const { analysis } = view;
  return { ...view, analysis: { ...analysis, reasons: analysis.reasons.map(reasonText) } };
}
