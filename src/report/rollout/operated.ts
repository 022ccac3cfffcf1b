import { printable } from "../../core/printable.ts";
import { oneLine } from "../numbers.ts";
import type { RolloutDocument } from "../../rollout/schema.ts";
import type { Style } from "../style.ts";
import { forecastTexts } from "./forecast.ts";
import { breachesOf, guardLines, ignoredTexts } from "./guards.ts";
import { reachTexts } from "./reach.ts";
import { settlingTexts } from "./settling.ts";
import { wrapped } from "../wrap.ts";
import { paintPhase, stepText } from "./words.ts";

const DONE = {
  pause: "paused",
  resume: "resumed",
  approve: "approved",
  abort: "aborted",
  ack: "acknowledged",
} as const;
const SO_ALREADY = {
  pause: "is paused",
  resume: "is under way",
  approve: "is approved",
  abort: "was aborted",
  ack: "is acknowledged",
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
  if (rollout.changed === false && action === "ack" && phase !== "rolled-back" && phase !== "invalid")
    return `${what} did not end badly; there is nothing to acknowledge  ${now}`;
  if (rollout.changed === false) return `${what} ${SO_ALREADY[action]} already; nothing was changed  ${now}`;
  return `${DONE[action]} ${what}, by ${oneLine(actor, 40)}: ${oneLine(reason, 120)}  ${now}`;
}

/** Below a rollout that has just begun: what ends it beside the comparison, who moves it from here on, and how one looks at it. */
export function nextLines({ target, env, plan, phase, floor, control }: RolloutDocument, width: number): string[] {
  const command = (verb: string) => `agentops canary ${verb} ${target} --env ${env}`;
  const first = phase === "shadow" ? "copies of inputs" : "outcomes";
  const climbs = plan.turns === "anybody";
  return [
    "",
    ...reachTexts(plan).map((text, i) => wrapped(`${i === 0 ? "steps     " : "          "}${text}`, width)),
    ...forecastTexts(plan, target).map((text, i) => wrapped(`${i === 0 ? "forecast  " : "          "}${text}`, width)),
    ...ignoredTexts(plan).map((text) => wrapped(`ignored   ${text}`, width)),
    ...guardLines(floor, breachesOf(plan)).map((line) => wrapped(line, width)),
    ...settlingTexts(plan, control.version).map((text, i) =>
      wrapped(`${i === 0 ? "settling  " : "          "}${text}`, width),
    ),
    `next      whoever records ${first} ${climbs ? "moves it on, and " : ""}takes it back where it does harm`,
    ...(climbs ? [] : [`          ${command("watch")}   moves it up`]),
    `          ${command("status")}   shows how it stands`,
  ];
}
