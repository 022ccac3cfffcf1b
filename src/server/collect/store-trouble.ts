import { AgentopsError } from "../../core/errors.ts";
import { isRefusal, isStoreError } from "../../state/errors.ts";
import { whyNot } from "../../state/why-not.ts";

/** Of the store and not of what it was given: it may be busy, full, gone, moved or locked, and the same is taken when it is back. */
export function isStoreTrouble(error: unknown): boolean {
  if (error instanceof AgentopsError) return error.code.startsWith("STORE_");
  return isStoreError(error) && !isRefusal(error);
}

export function storeTroubleText(error: unknown): string {
  return error instanceof AgentopsError ? error.message : whyNot(error);
}
