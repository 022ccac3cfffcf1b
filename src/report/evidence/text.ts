import { printable } from "../../core/printable.ts";
import type { EvidenceImport } from "../../policy/evidence/evidence.schema.ts";
import { paint, type Style } from "../style.ts";

/** One line a document. */
export function importText({ imported }: EvidenceImport, style: Style): string {
  return imported
    .map(({ file, target, suite, verdict, changed }) => {
      const what = `${target}, suite ${suite}: ${paint(style, verdict)}`;
      return `${changed ? "imported" : "already there"}  ${printable(file)}  ${what}`;
    })
    .join("\n");
}
