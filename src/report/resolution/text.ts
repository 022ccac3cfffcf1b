import { printable } from "../../core/printable.ts";
import type { Resolution } from "../../serving/schema.ts";
import { oneLine, percent } from "../numbers.ts";
import type { Style } from "../style.ts";

const WIDTH = 100;

/** What a caller is served and why, on one screen: the artifact's own keys shortened to a line each. */
export function resolutionText(resolution: Resolution, style: Style): string {
  const { target, env, version, variant, reason, message, value } = resolution;
  const where = `${target} in ${env ?? "any environment"}`;
  if (version === null || value === null) {
    return `${style.bad(reason === "DISABLED" ? "killed" : "not served")}  ${where}: ${printable(message ?? "unknown")}`;
  }
  return [
    `${style.bold(`${target}@${version}`)}  ${variant === "candidate" ? style.unsure(variant) : (variant ?? "")}, ${env ?? ""}`,
    `  ${why(resolution)}`,
    ...(message === null ? [] : [`  ${style.unsure("note")}: ${printable(message)}`]),
    ...(resolution.shadow === null
      ? []
      : [`  shadow: ${resolution.shadow.version} gets a copy of the input; its answer is never served`]),
    style.dim(`  ${resolution.digest ?? ""}`),
    ...Object.entries(value).map(([key, item]) => `  ${style.dim(`${printable(key)}:`)} ${oneLine(item, WIDTH)}`),
  ].join("\n");
}

function why({ reason, rollout, weight, bucket, variant, cohort, shadow }: Resolution): string {
  if (rollout === null || weight === null) return "everybody gets it: no rollout is under way";
  const split = `rollout ${rollout.slice(0, 13)}, candidate at ${percent(weight)}`;
  const others = weight === 0 ? "nobody outside of the served cohorts gets it" : `everybody else at ${percent(weight)}`;
  if (cohort !== null) return `rollout ${rollout.slice(0, 13)}, the unit is of the cohort ${cohort}; ${others}`;
  // Without copies, a share of nothing is the step of a cohort.
  if (weight === 0) return `everybody ${shadow === null ? "but the rollout's cohorts " : ""}gets it: ${split}`;
  if (bucket === null) return `${split}; ${reason === "STALE" ? "from memory, " : ""}by chance`;
  return `${split}; the unit's bucket ${bucket.toFixed(4)} is ${variant === "candidate" ? "below" : "not below"} that`;
}
