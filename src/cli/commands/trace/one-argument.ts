import { AgentopsError } from "../../../core/errors.ts";

/** The one argument of an action. Throws USAGE. */
export function oneArgument(args: readonly string[], usage: string): string {
  const [one, ...more] = args;
  if (one === undefined || more.length > 0) throw new AgentopsError("USAGE", one === undefined ? "which trace?" : "one trace at a time", { hint: usage }); // prettier-ignore
  return one;
}
