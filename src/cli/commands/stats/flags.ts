import { AgentopsError } from "../../../core/errors.ts";
import type { PlanRequest } from "../../../planning/request.ts";
import { wholeNumber } from "../../numbers.ts";
import { unknownAction } from "../../unknown-action.ts";

type Options = Record<string, unknown>;

const PLAN = [
  "baseline",
  "mde",
  "margin",
  "direction",
  "alpha",
  "power",
  "sided",
  "allocation",
  "method",
  "paired",
  "from",
];
const SIZES = ["n", "control", "candidate"];
/** Flags of each action, by their key; a flag that would be ignored is refused instead. */
const TAKES: Record<string, readonly string[]> = {
  "sample-size": PLAN,
  power: [...PLAN.filter((key) => key !== "power"), ...SIZES],
  mde: [...PLAN.filter((key) => key !== "margin" && key !== "direction"), ...SIZES],
  ci: [
    "successes",
    "trials",
    "control",
    "candidate",
    "pairs",
    "controlValues",
    "candidateValues",
    "from",
    "method",
    "alpha",
  ],
  plan: [
    "baseline",
    "mde",
    "margin",
    "alpha",
    "from",
    "steps",
    "perHour",
    "guardrails",
    "stepHours",
    "stepObservations",
    "fast",
    "settle",
    "deadline",
  ],
};
/** Known everywhere. */
const GLOBAL = ["C", "config", "env", "actor", "json", "quiet", "debug", "color", "output", "format"];

/** The action, when it is one and every flag belongs to it. Throws USAGE. */
export function requireAction(action: string, options: Options): "sample-size" | "power" | "mde" | "plan" | "ci" {
  const known = TAKES[action];
  if (known === undefined) {
    throw unknownAction("stats", action, Object.keys(TAKES), "sample-size | power | mde | plan | ci");
  }
  const stray = Object.keys(options).find((key) => ![...known, ...GLOBAL].includes(key));
  if (stray !== undefined) {
    const flag = `--${stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new AgentopsError("USAGE", `${flag} does not belong to stats ${action}`, { hint: "agentops stats --help" });
  }
  return action as "sample-size" | "power" | "mde" | "plan" | "ci";
}

/** The flags of a plan, with the defaults the help names. Throws USAGE. */
export function planRequest(options: Options): PlanRequest {
  const sided = oneOf(options, "sided", ["one", "two"]);
  return {
    baseline: share(options, "baseline", "closed"),
    mde: share(options, "mde"),
    margin: share(options, "margin"),
    direction: oneOf(options, "direction", ["down", "up"]) ?? "down",
    alpha: alphaOf(options),
    power: share(options, "power") ?? 0.8,
    sides: sided === undefined ? undefined : sided === "one" ? 1 : 2,
    allocation: share(options, "allocation"),
    method: options["method"] as string | undefined,
    n: size(options, "n"),
    control: size(options, "control"),
    candidate: size(options, "candidate"),
  };
}

/** More than anybody can observe; below it every sum of sizes is exact. */
const MOST = 1e12;

function size(options: Options, key: "n" | "control" | "candidate"): number | undefined {
  const typed = options[key] as string | undefined;
  const value = wholeNumber(`--${key}`, typed);
  if (value === undefined || value <= MOST) return value;
  throw new AgentopsError("USAGE", `--${key} takes at most 1,000,000,000,000 (10^12), not "${typed}"`);
}

export function alphaOf(options: Options): number {
  return share(options, "alpha") ?? 0.05;
}

/** A proportion between 0 and 1, without its ends unless `closed`. Throws USAGE, and says what a percentage would be. */
export function share(options: Options, key: string, ends: "open" | "closed" = "open"): number | undefined {
  const typed = options[key] as string | undefined;
  if (typed === undefined) return undefined;
  const value = typed.trim() === "" ? Number.NaN : Number(typed);
  if (ends === "closed" ? value >= 0 && value <= 1 : value > 0 && value < 1) return value;
  const percentage = Number(typed.replace(/\s*%$/, ""));
  const meant = percentage > 0 && percentage < 100 && (percentage >= 1 || typed.includes("%"));
  throw new AgentopsError("USAGE", `--${key} takes a proportion between 0 and 1, not "${typed}"`, {
    hint: meant ? `did you mean --${key} ${Number((percentage / 100).toPrecision(12))}?` : undefined,
  });
}

function oneOf<T extends string>(options: Options, key: string, allowed: readonly T[]): T | undefined {
  const typed = options[key] as string | undefined;
  if (typed === undefined) return undefined;
  const found = allowed.find((value) => value === typed);
  if (found !== undefined) return found;
  throw new AgentopsError("USAGE", `--${key} takes ${allowed.join(" or ")}, not "${typed}"`);
}

/** Whole numbers ≥ 0 written together: `45/50`, `70,10,2,18`. Throws USAGE. */
export function counts(flag: string, typed: string, separator: "/" | ",", names: readonly string[]): number[] {
  const parts = typed.split(separator).map((part) => part.trim());
  if (parts.length === names.length && parts.every((part) => /^\d{1,15}$/.test(part))) return parts.map(Number);
  throw new AgentopsError("USAGE", `${flag} takes ${names.join(separator)} as whole numbers, not "${typed}"`);
}
