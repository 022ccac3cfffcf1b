import { printable } from "../../core/printable.ts";
import type { TraceImportDocument } from "../../traces/schema.ts";
import { many, whole } from "../numbers.ts";
import type { Style } from "../style.ts";

/** A line a file: what of it is new, and what of it nobody could read. */
export function traceImportText({ files, outcomes, redacted }: TraceImportDocument, style: Style): string {
  const lines = files.map(({ file, format, traces, spans, repeated, rejected, notUnderstood }) => {
    const more = [
      ...(repeated > 0 ? [`${whole(repeated)} there already`] : []),
      ...(rejected > 0 ? [style.bad(`${whole(rejected)} rejected`)] : []),
      ...(notUnderstood > 0 ? [`${many(notUnderstood, "attribute")} not understood, and kept`] : []),
    ];
    const rest = more.length === 0 ? "" : `; ${more.join("; ")}`;
    return `${printable(file)} (${format}): ${many(spans, "span")} of ${many(traces, "trace")}${rest}`;
  });
  const taken = Object.entries(redacted).filter(([, n]) => n > 0).map(([kind, n]) => many(n, kind)); // prettier-ignore
  if (outcomes > 0) lines.push(`recorded ${many(outcomes, "outcome")}`);
  if (taken.length > 0) lines.push(`taken out before storing: ${taken.join(", ")}`);
  return lines.join("\n");
}
