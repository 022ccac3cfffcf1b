import { printable } from "../../../core/printable.ts";

/** Text that is HTML on purpose; every plain string beside it is escaped. */
export interface Markup {
  readonly html: string;
}

type Part = Markup | readonly Part[] | string | number | null;

/**
 * What reorders or hides the text around it: bidirectional controls, zero-width characters, line separators, halves of
 * surrogate pairs. Joiners stay: emoji and scripts are made of them.
 */
const MISLEADING = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Foreign text for an element or a quoted attribute: it shows every character it has, and is markup nowhere. */
function escaped(text: string): string {
  return printable(text)
    .replace(MISLEADING, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/[&<>"']/g, (c) => ENTITIES[c] as string);
}

/** A template in which only the literal part is HTML: markup`<b>${output}</b>` cannot be broken out of. */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const html = literals.map((literal, i) => literal + (i < parts.length ? written(parts[i] as Part) : "")).join("");
  return { html };
}

/** Our own style and script, the only text that goes in as it is. */
export function verbatim(html: string): Markup {
  return { html };
}

export const NOTHING: Markup = { html: "" };

function written(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  return "html" in part ? part.html : part.map(written).join("");
}
