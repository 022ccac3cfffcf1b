import type { RolloutDocument } from "../../rollout/schema.ts";
import { many } from "../numbers.ts";
import { isInShadow } from "./words.ts";

/** Outcomes that are in no pair yet, while pairs are made; and what copies lack where none can be. */
export function unpairedTexts(document: RolloutDocument): string[] {
  const { unpaired, control, candidate, analysis } = document;
  if (unpaired === null || !isInShadow(document)) return [];
  const [ours, theirs] = [many(unpaired.control, "outcome"), many(unpaired.candidate, "outcome")];
  const verb = unpaired.control + unpaired.candidate === 1 ? "waits" : "wait";
  if (unpaired.control + unpaired.candidate > 0)
    return [`${ours} of ${control.version} and ${theirs} of ${candidate.version} ${verb} for the other one of the same input`];
  const isAny = analysis.guardrails.some(({ name }) => name === "success.paired");
  return isAny ? [] : ["none: an outcome and its copy pair by the exposure that resolve gives (...resolved.served)"];
} // prettier-ignore
