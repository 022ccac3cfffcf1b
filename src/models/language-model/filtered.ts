import { APICallError } from "@ai-sdk/provider";
import type { Answer } from "../client/backend.ts";
import { filteredIn } from "../client/filtered.ts";

/** {@link filteredIn} of what a provider package throws. */
export function filteredAnswer(error: unknown): Answer | undefined {
  return APICallError.isInstance(error) ? filteredIn(error.responseBody) : undefined;
}
