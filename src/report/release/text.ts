import { printable } from "../../core/printable.ts";
import type { ReleaseDocument } from "../../operations/release.schema.ts";
import type { Style } from "../style.ts";

/** What everybody is served after a promotion or a rollback. */
export function releaseText(done: ReleaseDocument, style: Style): string {
  const { target, version, env, from, rollout, overridden } = done;
  const name = `${target}@${version}`;
  if (!done.changed) return `${name} is what ${env} serves already; nothing was changed`;
  const lines = [
    done.action === "promote"
      ? `${style.good("promoted")} ${name} in ${env}${from === null ? ", the first version there" : `, before it ${from}`}`
      : `${style.unsure("rolled back")} ${target} in ${env}: ${version} is served${from === null ? "" : `, no longer ${from}`}`,
    `by ${printable(done.actor)}: ${printable(done.reason)}`,
  ];
  if (overridden.length > 0) lines.push(style.bad(`overridden: ${overridden.join(", ")}`));
  if (rollout !== null) lines.push(style.dim(`rollout ${rollout}`));
  return lines.join("\n");
}
