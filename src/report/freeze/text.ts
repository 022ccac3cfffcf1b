import { printable } from "../../core/printable.ts";
import type { FreezeDocument } from "../../operations/freeze.ts";
import { oneLine } from "../numbers.ts";
import { momentText } from "../spans.ts";
import type { Style } from "../style.ts";

/** What may go on in an environment from now on. */
export function freezeText(
  { action, env, frozen, replaced, changed }: FreezeDocument,
  style: Style,
  now: string,
): string {
  const name = style.bold(printable(env));
  if (frozen === null)
    return changed ? `${style.good("unfrozen")} ${name}: releases go on` : `${name} is not frozen; nothing was changed`;
  const said = ({ until, actor, reason }: NonNullable<typeof frozen>) =>
    `until ${momentText(until, now)} UTC, by ${oneLine(actor, 40)}: ${oneLine(reason, 120)}`;
  return [
    `${style.unsure("frozen")} ${changed && action === "freeze" ? "" : "already "}${name} ${said(frozen)}`,
    ...(replaced === null ? [] : [`  ${style.unsure("no longer")} ${said(replaced)}`]),
    "  no promotion, no canary start, no climbing; harm is still undone, rollback and kill go on",
  ].join("\n");
}
