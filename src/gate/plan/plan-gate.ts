import type { ChosenBase } from "../../registry/git/base.ts";
import type { Affected } from "../affected.ts";
import { findChanges, headOf, verdictOf } from "../found-changes.ts";
import type { GateFound, GateNote, GateRunFound } from "../found.ts";
import { gateNotes } from "../gate-notes.ts";
import type { GatePlan } from "./plan.schema.ts";
import { planSides } from "./plan-side.ts";
import type { PlanGateOptions, Reading } from "./reading.ts";

export type GatePlanFound = Omit<GatePlan, "notes" | "weakened"> & {
  notes: GateNote[];
  weakened: GateFound["weakened"];
};

/**
 * What `gate` would do, before anything is asked: which suites it would run on which sides, how many calls that makes, what they cost by the
 * last run, and what it would say whatever they answer. Runs nothing and writes nothing; throws what the gate throws before it asks.
 */
export async function planGate(reading: Reading, base: ChosenBase, options: PlanGateOptions): Promise<GatePlanFound> {
  const { project } = reading;
  const found = await findChanges(project, base.ref);
  const { affected, changes } = found;
  const runs: GatePlan["runs"] = [];
  for (const one of affected)
    runs.push({
      artifact: one.artifact.address,
      suite: one.suite.spec.name,
      suiteFile: one.suite.file,
      sides: await planSides(reading, one, changes.base.mergeBase, options),
    });
  const sides = runs.flatMap((run) => run.sides);
  const total = (of: (side: (typeof sides)[number]) => number) => sides.reduce((sum, side) => sum + of(side), 0);
  const best = affected.map(atBest);
  return {
    schema: "agentops.gate-plan/1",
    atBest: bestOf(
      best.map(({ verdict }) => verdict),
      found,
    ),
    ...headOf(found, base),
    runs,
    calls: total(({ calls }) => calls),
    judgeCalls: total(({ judgeCalls }) => judgeCalls),
    costUsd: sides.some(({ costUsd }) => costUsd === null) ? null : total(({ costUsd }) => costUsd ?? 0),
    maxCostUsd: options.maxCostUsd ?? null,
    earlyStop: options.earlyStop === true,
    notes: await gateNotes(project, { ...found, base: base.ref, runs: best }),
  };
}

function bestOf(...args: Parameters<typeof verdictOf>): GatePlan["atBest"] {
  return verdictOf(...args) === "pass" ? "pass" : "inconclusive";
}

/** Nothing judges a new artifact by a suite without bounds. */
function atBest({ artifact, suite }: Affected): Pick<GateRunFound, "verdict" | "suiteFile" | "artifact"> {
  const judged = artifact.control !== null || suite.spec.gate !== undefined;
  return { verdict: judged ? "pass" : "none", suiteFile: suite.file, artifact: artifact.address };
}
