import { PAIRED, rollsBack } from "./alarm.ts";
import type { FrozenRatio, GuardrailResult, RolloutPlan } from "./schema.ts";
import type { Look, Unproven } from "./state.ts";

/** One guardrail or floor as judged. */
export type JudgedRow = Omit<GuardrailResult, "difference" | "ci95" | "bounds" | "ratio"> & {
  ratio: FrozenRatio | null;
  peaks: Peaks;
};

/** The largest ln E at any look so far, of each process; what decisions compare with their thresholds. */
interface Peaks {
  harm: number;
  safe: number | null;
}

/** What the rows say together. A breach is a fact; everything else is a number that a broken assignment would spoil. */
export function verdictOn(
  rows: readonly JudgedRow[],
  plan: RolloutPlan,
  { isInvalid, isBreached }: { isInvalid: boolean; isBreached: boolean },
): Pick<Look, "verdict" | "unproven" | "harmed"> {
  if (isBreached) return { verdict: "rollback" };
  if (isInvalid) return { verdict: "invalid" };
  const only = onlyWatched(plan);
  if (rows.some(({ name, verdict }) => verdict === "harm" && !only.has(name))) return { verdict: "rollback" };
  const harmed = harmedIn(rows, plan);
  const also = harmed === undefined ? {} : { harmed };
  const open = openIn(rows, plan);
  if (open === null) return { verdict: "continue", ...also };
  const isShown = open.required.length + open.other.length === 0;
  return isShown ? { verdict: "promote", ...also } : { verdict: "continue", unproven: open, ...also };
}

/** Guardrails whose harm does not undo a rollout, by name. */
function onlyWatched({ guardrails }: RolloutPlan): Set<string> {
  return new Set(guardrails.filter((guardrail) => !rollsBack(guardrail)).map(({ name }) => name));
}

function harmedIn(rows: readonly JudgedRow[], { guardrails }: RolloutPlan): Look["harmed"] {
  const harmful = rows.filter(({ verdict }) => verdict === "harm").map(({ name }) => name);
  const of = (what: "pause" | "tell") =>
    guardrails.filter(({ name, onHarm }) => onHarm === what && harmful.includes(name)).map(({ name }) => name);
  const harmed = { pause: of("pause"), tell: of("tell") };
  return harmed.pause.length + harmed.tell.length === 0 ? undefined : harmed;
}

/**
 * What is compared and keeps a rollout from everybody; null where something that is required has no data at all, which no person makes good.
 * Harm that is only watched keeps it from nobody, unless it is required. Where nothing was shown at all, everything is.
 */
function openIn(rows: readonly JudgedRow[], { guardrails }: RolloutPlan): Unproven | null {
  const compared = rows.filter(isProof);
  const required = new Set(guardrails.filter((g) => g.required).map((g) => g.name as string));
  if (compared.some(({ name, verdict }) => verdict === "unmeasured" && required.has(name))) return null;
  const isOpen = ({ name, verdict }: JudgedRow) =>
    verdict === "undecided" || (verdict === "harm" && required.has(name));
  const open = compared.filter(isOpen).map(({ name }) => name);
  const isAnySafe = compared.some(({ verdict }) => verdict === "safe");
  if (!isAnySafe) return open.length === 0 ? null : { required: open, other: [] };
  return { required: open.filter((name) => required.has(name)), other: open.filter((name) => !required.has(name)) };
}

/** Whether being safe counts for a step: neither of a floor, nor of copies, which run no tool and which nobody reacts to. */
export function isProof({ name, safeE }: Pick<JudgedRow, "name" | "safeE">): boolean {
  return safeE !== null && name !== PAIRED;
}

/** A judgement as an event keeps it. */
export function saidBy({ verdict, unproven, harmed }: Pick<Look, "verdict" | "unproven" | "harmed">): Pick<Look, "verdict" | "unproven" | "harmed"> {
  return { verdict, ...(unproven !== undefined && { unproven }), ...(harmed !== undefined && { harmed }) };
} // prettier-ignore
