import { printable } from "../../core/printable.ts";
import type { FreezeDocument } from "../../operations/freeze.ts";
import { oneLine } from "../numbers.ts";
import { momentText } from "../spans.ts";
import type { Style } from "../style.ts";

/** What may go on in an environment from now on. */
export function freezeText({ action, env, frozen, changed }: FreezeDocument, style: Style, now: string): string {
  const name = style.bold(printable(env));
  if (frozen === null)
    return changed ? `${style.good("unfrozen")} ${name}: releases go on` : `${name} is not frozen; nothing was changed`;
  const what = `${name} until ${momentText(frozen.until, now)} UTC, by ${oneLine(frozen.actor, 40)}: ${oneLine(frozen.reason, 120)}`;
  return [
    changed && action === "freeze" ? `${style.unsure("frozen")} ${what}` : `${style.unsure("frozen")} already ${what}`,
    "  no promotion, no canary start, no climbing; harm is still undone, rollback and kill go on",
  ].join("\n");
}
