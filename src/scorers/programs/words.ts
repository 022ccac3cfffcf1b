import { fault } from "../measure.ts";

/** A command line split at spaces outside quotes; no shell is involved. Throws a fault for a quote that is not closed. */
export function words(line: string): string[] {
  const quoted = /"([^"]*)"|'([^']*)'/g;
  if (/["']/.test(line.replace(quoted, ""))) throw fault(["value"], `a quote is not closed in ${line}`);
  const parts = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return parts.map((part) => part.replace(quoted, "$1$2"));
}
