import { standIn } from "../../models/offline/offline.ts";
import { readable } from "../../registry/github-format.ts";
import { promptSchema } from "../../registry/schema.ts";
import { requestMaker } from "./request.ts";

/** What the stand-in said, and the milliseconds it counted; it waits for nothing. */
export interface OfflineAnswer {
  output: string;
  latencyMs: number;
}

/**
 * Compiles a prompt as `resolve` gives it; the result answers with the offline stand-in, as `eval` does: keyword rules, **not a model**.
 * For demonstrations and tests without a key; a bad prompt fails by its own content. Deterministic; `request` makes equal questions
 * differ in what they draw. Throws RENDER_FAILED for variables that do not fit, and what zod throws for what is no prompt.
 */
export function offlineAnswers(prompt: object) {
  const read = promptSchema.parse(readable(prompt).value);
  const requestOf = requestMaker({ prompt: { ...read, name: read.name ?? "without a name" }, agent: null });
  return (vars: Readonly<Record<string, unknown>>, request = 0): OfflineAnswer => {
    const { output, latencyMs } = standIn(requestOf(vars), request);
    return { output, latencyMs };
  };
}
