import { durationMs } from "../core/duration.ts";
import { AgentopsError } from "../core/errors.ts";
import type { RolloutConfig, RolloutSettings } from "../core/release-config.schema.ts";
import { cohortNames, type StepConfig, unknownCohort } from "../core/steps.ts";
import type { Cohort } from "../serving/cohorts.ts";
import { weightsOf } from "./alarm.ts";
import type { Guardrail, Metric, RolloutPlan } from "./schema.ts";

export const STEPS = [0.01, 0.05, 0.25, 0.5, 1];
/** A day has its hours, and outcomes that come late have come. */
const TRAFFIC_MS = 86_400_000;
/** A weekend without anybody says nothing of who asks. */
const IDLE_MS = 2 * 86_400_000;
const DEFAULT_INCREASE = 0.2;

/** Bounds of a guardrail that nobody configured. Prior: what is expected of a control without a history. */
const DEFAULTS: Record<Metric, Omit<Guardrail, "name">> = {
  success: { tolerance: 0, margin: 0.03, mde: 0.05, prior: 0.95, required: true, floor: 0.9 },
  latency: { tolerance: 0, margin: 0.05, mde: 0.05, prior: 0.95, required: false, floor: null },
  cost: { tolerance: 0, margin: 0.05, mde: 0.05, prior: 0.95, required: false, floor: null },
  safety: { tolerance: 0, margin: 0.02, mde: 0.02, prior: 0.99, required: false, floor: null },
};

/** Shares of good outcomes of the control so far; null where there are too few to say. */
export type Priors = Partial<Record<Metric, number | null>> & {
  /** What the control's share of success was counted from; absent where there is too little. */
  successes?: Guardrail["history"];
  /** Of what there are observations of the control. */
  seen?: readonly Metric[];
};

/** What is in force for one artifact: the config, what it says of this artifact, what was typed; the later wins, key by key. */
export function settingsFor(
  config: RolloutConfig | undefined,
  target: string,
  typed: RolloutSettings,
): RolloutSettings {
  const { artifacts, ...general } = config ?? {};
  const bare = target.slice(target.indexOf("/") + 1);
  const layers = [general, artifacts?.[bare], artifacts?.[target], typed].filter((layer) => layer !== undefined);
  return layers.reduce<RolloutSettings>((below, layer) => {
    const given = Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined));
    return { ...below, ...given, guardrails: guardrailsOver(below.guardrails, layer.guardrails) };
  }, {});
}

type Guardrails = NonNullable<RolloutSettings["guardrails"]>;

function guardrailsOver(below: Guardrails = {}, above: Guardrails = {}): Guardrails {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const under = merged[name];
    merged[name] = typeof value === "object" && typeof under === "object" ? { ...under, ...value } : value;
  }
  return merged;
}

/** Cohorts as the config defines them now. */
export type Cohorts = Readonly<Record<string, Omit<Cohort, "name">>>;

/**
 * The plan a rollout is frozen with; `fast` leaves out the day of traffic before everybody gets it. At a cohort's step chance gives nobody
 * the candidate.
 * Throws USAGE for an unknown cohort.
 */
export function planOf(
  settings: RolloutSettings,
  priors: Priors = {},
  cohorts: Cohorts = {},
  { fast = false }: { fast?: boolean | undefined } = {},
): RolloutPlan {
  const { guardrails = {}, shadow } = settings;
  const ms = (text: string | undefined, otherwise: number) =>
    text === undefined ? otherwise : (durationMs(text) ?? otherwise);
  const stepMs = ms(settings.stepTime, 3_600_000);
  const stepObservations = settings.stepObservations ?? 50;
  const copies = typeof shadow === "object" ? shadow : {};
  const steps = settings.steps ?? STEPS;
  const named = cohortsIn(steps, cohorts);
  const guards = guarded(guardrails, priors);
  return {
    steps: steps.map((step) => (typeof step === "string" ? 0 : step)),
    ...(named.length > 0 && { cohorts: named }),
    stepMs,
    stepObservations,
    exposures: true,
    ...(fast ? { fast } : { trafficMs: TRAFFIC_MS }),
    extraMs: fast ? stepMs : TRAFFIC_MS,
    idleMs: Math.max(stepMs, IDLE_MS),
    deadlineMs: ms(settings.deadline, 14 * 86_400_000),
    shadow:
      shadow === undefined || shadow === false
        ? null
        : { timeMs: ms(copies.time, stepMs), observations: copies.observations ?? stepObservations },
    manual: settings.manual ?? false,
    turns: settings.turns ?? "anybody",
    proof: settings.proof ?? "promotion",
    alpha: settings.alpha ?? 0.05,
    safeAlpha: settings.safeAlpha ?? 0.05,
    guardrails: guards,
    ...ignoredIn(guardrails),
    alarm: weightsOf(guards, priors.seen, { shadow: shadow !== undefined && shadow !== false }),
    critical: criticalOf(guardrails.safety),
    caps: capsOf(guardrails),
  };
}

function cohortsIn(steps: readonly StepConfig[], cohorts: Cohorts): NonNullable<RolloutPlan["cohorts"]> {
  const unknown = unknownCohort(steps, Object.keys(cohorts));
  if (unknown !== undefined) {
    throw new AgentopsError("USAGE", unknown, {
      hint: "cohorts: { internal: { domain: example.com } } in agentops.config.yaml, or shares alone: --steps 1%,5%,25%,50%,100%",
    });
  }
  return cohortNames(steps).map((name) => {
    const { units, domain } = cohorts[name] ?? {};
    return { name, ...(units !== undefined && { units: [...units] }), ...(domain !== undefined && { domain }) };
  });
}

function guarded(configured: Guardrails, priors: Priors): Guardrail[] {
  return (["success", "latency", "cost", "safety"] as const).flatMap((name): Guardrail[] => {
    const given = configured[name];
    if (given === false) return [];
    const { tolerance, margin, mde, required } = given ?? {};
    const usual = DEFAULTS[name];
    const accepted = tolerance ?? usual.tolerance;
    return [
      {
        name,
        tolerance: accepted,
        // What is accepted as harm cannot be excluded as well.
        margin: Math.max(margin ?? usual.margin, accepted),
        mde: mde ?? usual.mde,
        prior: priors[name] ?? usual.prior,
        required: required ?? usual.required,
        ...onHarmOf(given),
        floor: usual.floor,
        ...(name === "success" && askedFloor(configured.success?.floor ?? usual.floor, priors)),
      },
    ];
  });
}

function onHarmOf(given: Guardrails[Metric]): Pick<Guardrail, "onHarm"> {
  if (typeof given !== "object" || !("onHarm" in given)) return {};
  const { onHarm } = given;
  return onHarm === undefined || onHarm === "rollback" ? {} : { onHarm };
}

/** Of a share of good units, which a ratio is not. */
const OF_SHARES = ["tolerance", "margin", "mde"] as const;

/** What somebody configured and nothing reads. */
function ignoredIn({ latency, cost }: Guardrails): Pick<RolloutPlan, "ignored"> {
  const of = (name: "latency" | "cost", given: Guardrails[Metric], cap: number | undefined) =>
    typeof given !== "object" || cap !== undefined ? [] : OF_SHARES.filter((key) => given[key] !== undefined).map((key) => `${name}.${key}`);
  const ignored = [
    ...of("latency", latency, latency === false ? undefined : latency?.capMs),
    ...of("cost", cost, cost === false ? undefined : cost?.capUsd),
  ];
  return ignored.length === 0 ? {} : { ignored };
} // prettier-ignore

type Floor = NonNullable<Guardrails["success"]>["floor"] | null;

/** 0 asks for no floor; 1 cannot be tested, so it is as close to it as rates are clipped to. */
function askedFloor(asked: Floor, { successes }: Priors): Pick<Guardrail, "floor" | "capped" | "history"> {
  const capped = typeof asked === "number";
  const floor = (capped ? asked : asked?.absolute) ?? 0;
  if (floor === 0) return { floor: null };
  return {
    floor: Math.min(floor, 0.999),
    ...(capped && { capped: true }),
    ...(successes !== undefined && { history: successes }),
  };
}

function criticalOf(safety: Guardrails["safety"]): RolloutPlan["critical"] {
  return safety === false ? [] : (safety?.critical ?? []);
}

function capsOf({ latency, cost }: Guardrails): RolloutPlan["caps"] {
  return {
    latency:
      latency === false
        ? null
        : { ...limitOf(latency?.maxIncrease, latency?.capMs), ...(latency?.capMs === undefined && { of: "p95" }) },
    cost:
      cost === false
        ? null
        : { ...limitOf(cost?.maxIncrease, cost?.capUsd), ...(cost?.capUsd === undefined && { of: "mean" }) },
  };
}

/** Where somebody wrote a value down, it is the share of requests within it that is compared. */
function limitOf(
  maxIncrease: number | undefined,
  cap: number | undefined,
): { maxIncrease: number; cap: number | null } {
  return { maxIncrease: maxIncrease ?? DEFAULT_INCREASE, cap: cap ?? null };
}
