import { printable } from "../../core/printable.ts";
import type { ReleaseDocument } from "../../operations/release.schema.ts";
import { guardLines } from "../rollout/guards.ts";
import type { Style } from "../style.ts";

/** What everybody is served after a promotion or a rollback. */
export function releaseText(done: ReleaseDocument, style: Style): string {
  const { target, version, env, from, rollout, overridden } = done;
  const name = `${target}@${version}`;
  if (done.dryRun === true) return triedText(done, style);
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

/** Of a dry run: nobody refuses. */
function triedText(done: ReleaseDocument, style: Style): string {
  const { action, target, version, env, from, overridden, changed, cohorts = [], floor, breaches, notes = [] } = done;
  const name = `${target}@${version}`;
  if (!changed) return `${name} is what ${env} serves already; nothing would be changed`;
  const would = {
    promote: `would promote ${name} in ${env}${from === null ? ", the first version there" : `, before it ${from}`}`,
    rollback: `would roll back ${target} in ${env}: ${version} would be served${from === null ? "" : `, no longer ${from}`}`,
    "canary.start": `would start a canary of ${name} against ${from ?? ""} in ${env}${cohorts.length === 0 ? "" : `, first for ${cohorts.join(", then ")}`}`,
  }[action];
  const lines = [`${style.bold("dry run")}  ${would}; nobody refuses, and nothing was written`];
  if (overridden.length > 0) lines.push(style.bad(`would be overridden: ${overridden.join(", ")}`));
  if (floor !== undefined && breaches !== undefined) lines.push(...guardLines(floor, breaches));
  lines.push(...notes.map((note) => style.unsure(`note: ${note}`)));
  return lines.join("\n");
}
