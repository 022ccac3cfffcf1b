import { tolerancesOf, type Yardstick } from "../../comparison/tolerances.ts";
import type { WeakChange } from "./weak-change.ts";

type Bounded = Yardstick & { trials?: number | undefined };

/** What a suite's gate no longer asks for: bounds that are gone or lie lower, and what they are judged by. */
export function weakerBounds(before: Bounded, after: Bounded): WeakChange[] {
  const point = (suite: Bounded) => suite.gate?.policy === "point";
  const trials = [before, after].map((suite) => suite.trials ?? 1) as [number, number];
  return [
    ...absolute(before, after),
    ...againstControl(before, after),
    ...(before.gate !== undefined && point(after) && !point(before) ? [{ code: "by-point" } as const] : []),
    ...(trials[1] < trials[0] ? [{ code: "trials-fewer", before: trials[0], after: trials[1] } as const] : []),
  ];
}

function absolute({ gate: before }: Yardstick, { gate: after }: Yardstick): WeakChange[] {
  const bounds: [name: string, lower: boolean, before: number | undefined, after: number | undefined][] = [
    ["successRate.min", true, before?.successRate?.min, after?.successRate?.min],
    ["safety.min", true, before?.safety?.min, after?.safety?.min],
    ["passHatK.min", true, before?.passHatK?.min, after?.passHatK?.min],
    ["passHatK.k", true, before?.passHatK?.k, after?.passHatK?.k],
    ["p95LatencyMs.max", false, before?.p95LatencyMs?.max, after?.p95LatencyMs?.max],
    ["costPerTaskUsd.max", false, before?.costPerTaskUsd?.max, after?.costPerTaskUsd?.max],
  ];
  return bounds.flatMap(([bound, lower, was, is]): WeakChange[] => {
    if (was === undefined) return [];
    if (is === undefined) return [{ code: "bound-removed", bound, before: was }];
    return (lower ? is < was : is > was) ? [{ code: "bound-looser", bound, before: was, after: is }] : [];
  });
}

/** Where a suite says nothing, 3 points and 20 % hold; what it no longer bounds itself, an improvement may be bought with. */
function againstControl(before: Yardstick, after: Yardstick): WeakChange[] {
  const [was, is] = [tolerancesOf(before), tolerancesOf(after)];
  const increase = (bound: string, of: "latency" | "cost"): WeakChange[] => {
    if (was.free[of]) return [];
    if (is.free[of]) return [{ code: "bound-looser", bound, before: was[of], after: null }];
    if (is[of] > was[of]) return [{ code: "bound-looser", bound, before: was[of], after: is[of] }];
    return was.bounded[of] && !is.bounded[of] ? [{ code: "bound-removed", bound, before: was[of] }] : [];
  };
  return [
    ...(is.successRate > was.successRate
      ? [
          {
            code: "bound-looser",
            bound: "nonInferiority.margin",
            before: was.successRate,
            after: is.successRate,
          } as const,
        ]
      : []),
    ...increase("p95LatencyMs.maxIncrease", "latency"),
    ...increase("costPerTaskUsd.maxIncrease", "cost"),
  ];
}
