import { printable } from "../../core/printable.ts";
import { oneLine } from "../numbers.ts";
import type { RolloutDocument } from "../../rollout/schema.ts";
import type { Style } from "../style.ts";
import { paintPhase, stepText } from "./words.ts";

const DONE = { pause: "paused", resume: "resumed", approve: "approved", abort: "aborted" } as const;
const SO_ALREADY = {
  pause: "is paused",
  resume: "is under way",
  approve: "is approved",
  abort: "was aborted",
} as const;

interface Operated {
  action: keyof typeof DONE;
  actor: string;
  reason: string;
}

/** What a person did to a rollout, in one line, and where it stands now. */
export function operatedText(rollout: RolloutDocument, { action, actor, reason }: Operated, style: Style): string {
  const { target, env, control, candidate, phase } = rollout;
  const what = `${style.bold(printable(target))} ${control.version} → ${candidate.version} in ${env}`;
  const now = [paintPhase(phase, style), stepText(rollout)].filter((fact) => fact !== null).join("  ");
  if (rollout.changed === false) return `${what} ${SO_ALREADY[action]} already; nothing was changed  ${now}`;
  return `${DONE[action]} ${what}, by ${oneLine(actor, 40)}: ${oneLine(reason, 120)}  ${now}`;
}
