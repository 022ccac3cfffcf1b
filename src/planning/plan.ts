import type { Found, PlanNote } from "./found.ts";
import type { Known } from "./known.ts";
import { pairedTest } from "./paired.ts";
import { curveOf, LEAST_A_SIDE, type PlannedTest, type Sizes } from "./planned-test.ts";
import { type PlanRequest, refuse } from "./request.ts";
import type { SampleSize } from "./schema.ts";
import { unpairedTest } from "./unpaired.ts";

/** A request with the test it comes to and the baseline it rests on. */
export interface Plan {
  request: PlanRequest;
  known: Known | null;
  test: PlannedTest;
  /** Null when paired: the discordance takes its place. */
  baseline: number | null;
}

/** @param enumerated whether methods that enumerate outcomes are on offer */
export function planOf(request: PlanRequest, known: Known | null, enumerated = false): Plan {
  const paired = known?.paired ?? null;
  if (paired !== null) {
    for (const key of ["baseline", "allocation", "control", "candidate"] as const) {
      if (request[key] !== undefined) refuse(`--${key} does not apply to a paired plan: each case runs on both sides`);
    }
    return { request, known, test: pairedTest(request, paired), baseline: null };
  }
  const baseline = baselineOf(request.baseline, known, "agentops stats sample-size --baseline 0.95 --mde 0.05");
  return { request, known, test: unpairedTest(request, baseline, enumerated), baseline };
}

/** The control's success rate, from the flag or from the run. Throws USAGE without any, or with both. */
export function baselineOf(asked: number | undefined, known: Known | null, example: string): number {
  const seen = known?.evidence.baseline ?? null;
  if (seen !== null && asked !== undefined) refuse("--baseline and --from both name the baseline; leave one out");
  return asked ?? seen ?? refuse("the success rate of the control is needed: --baseline 0.95, or --from RUN", example);
}

/** Units the request speaks of: `--n`, both arms, or the cases of the runs. Throws USAGE without any. */
export function unitsOf({ request, known }: Plan): number {
  const { n, control, candidate } = request;
  if (n !== undefined && (control !== undefined || candidate !== undefined)) {
    refuse("--n and --control/--candidate exclude each other: --n is the total");
  }
  if (control !== undefined && candidate !== undefined) return control + candidate;
  return (
    n ??
    (known?.paired === null ? undefined : known?.evidence.cases) ??
    refuse("say how many: --n 1000 in all, or --control N --candidate N")
  );
}

type Described = Pick<Found<SampleSize>, "method" | "unit" | "alpha" | "sided" | "allocation" | "baseline" | "direction" | "evidence" | "clusters" | "curve" | "exactSize" | "notes">; // prettier-ignore

/** What every plan says about itself. @param effect what the curve is drawn for; null draws none */
export function described(plan: Plan, effect: number | null, sizes: Sizes): Described {
  const { request, known, test, baseline } = plan;
  const share = request.allocation ?? (request.control === undefined ? 0.5 : sizes.candidate / sizes.units);
  const exactSize = test.exactSize?.(sizes) ?? null;
  return {
    method: test.method,
    unit: test.unit,
    alpha: request.alpha,
    sided: test.sides === 1 ? "one" : "two",
    allocation: test.unit === "cases" ? null : share,
    baseline,
    direction: request.direction,
    evidence: known?.evidence ?? null,
    clusters: test.clusters?.(sizes) ?? null,
    curve: effect === null ? [] : curveOf(test, effect, sizes),
    exactSize,
    notes: [
      ...(known?.notes ?? []),
      ...discordanceNote(plan, effect),
      ...roughNote(plan, sizes),
      ...levelNote(plan, effect, exactSize),
    ],
  };
}

function discordanceNote({ known, test, request }: Plan, effect: number | null): PlanNote[] {
  const seen = known?.paired?.discordance;
  if (seen === undefined || effect === null || effect <= seen) return [];
  if (test.method === "miller" || request.margin !== undefined) return [];
  return [{ code: "more-discordance", seen, planned: effect }];
}

/** More than this times the level is more false alarms than whoever chose it would accept. */
const TOO_MANY = 1.1;

/** Fisher's test never has more false alarms than its level; the continuity correction plans what it takes. */
function levelNote({ request, test, baseline }: Plan, effect: number | null, exactSize: number | null): PlanNote[] {
  if (exactSize === null || baseline === null || exactSize <= TOO_MANY * request.alpha) return [];
  const continuity = unpairedTest({ ...request, method: "continuity" }, baseline);
  const units = effect === null ? null : continuity.sizesFor(effect).units;
  return [{ code: "false-alarms", test: test.method, exactSize, alpha: request.alpha, units }];
}

function roughNote({ test }: Plan, { control, candidate }: Sizes): PlanNote[] {
  if (test.falseAlarm !== undefined || Math.min(control, candidate) >= LEAST_A_SIDE) return [];
  return [{ code: "rough", least: LEAST_A_SIDE, exact: test.unit !== "cases" }];
}
