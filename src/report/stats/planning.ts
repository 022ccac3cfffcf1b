import type { MdeReport, PowerReport, SampleSize } from "../../planning/schema.ts";
import { percent, trimmed, whole, many } from "../numbers.ts";
import { points } from "../../core/words.ts";
import { percentBeside } from "./words.ts";
import type { Style } from "../style.ts";

type Planned = SampleSize | PowerReport | MdeReport;

export function sampleSizeText(plan: SampleSize, style: Style): string[] {
  return [
    style.bold(plan.cases === null ? `You need ${many(plan.total, "observation")}: ${arms(plan)}.` : casesNeeded(plan)),
    `${plan.margin === null ? seen(plan) : notWorse(plan, plan.margin)}.`,
    ...moreCases(plan),
    ...moreTrials(plan),
    ...basis(plan, style),
  ];
}

export function powerText(plan: PowerReport, style: Style): string[] {
  const what =
    plan.margin === null
      ? `${change(plan, plan.mde ?? 0)} is seen in ${percent(plan.power)} of comparisons`
      : provenNotWorse(plan, plan.margin);
  const weak =
    plan.power < 0.5 && plan.method !== "tango"
      ? ["More often than not it is missed: raise the numbers, or look for something larger."]
      : [];
  const why = nothingShown(plan);
  const more = why.length > 0 ? why : weak;
  return [style.bold(`With ${having(plan)} ${what}.`), ...trueLevel(plan), ...more, ...basis(plan, style)];
}

function provenNotWorse({ power, method, alpha }: PowerReport, margin: number): string {
  if (method === "tango")
    return `of which none changes the ${percent(1 - alpha)} interval ${power === 1 ? "stays within" : "reaches beyond"} ±${points(margin)}`;
  return `a candidate as good as the control is shown not to be worse by ${points(margin)} in ${percent(power)} of comparisons`;
}

export function mdeText(plan: MdeReport, style: Style): string[] {
  const smaller =
    plan.smaller === null ? "" : `; for ${points(plan.smaller.mde)} you need ${smallerSize(plan.smaller)}`;
  return [
    style.bold(`With ${having(plan)} you can see ${visible(plan)}${smaller}.`),
    ...nothingShown(plan),
    `Seen means in ${percent(plan.power)} of comparisons; ${falseAlarms(plan)}.`,
    ...basis(plan, style),
  ];
}

function smallerSize({ n, clusters }: NonNullable<MdeReport["smaller"]>): string {
  return clusters === null ? whole(n) : `${whole(n)} in ${many(clusters, "cluster")}`;
}

/** Why nothing is seen, where that is for too few clusters. */
function nothingShown({ clusters, alpha, sided }: PowerReport | MdeReport): string[] {
  if (clusters === null || clusters.planned >= clusters.least) return [];
  const smallest = Number(((sided === "two" ? 2 : 1) / 2 ** clusters.planned).toPrecision(3));
  return [
    `Fewer than ${many(clusters.least, "cluster")} can show nothing at alpha ${alpha}, however large the difference and however many cases they have: the smallest p that sign flips of ${clusters.planned} give is ${smallest}.`,
  ];
}

function visible({ down, up, cases, baseline }: MdeReport): string {
  const atLeast = (effect: number | null, name: string) =>
    effect === null ? `no ${name} at all` : `a ${name} of ${points(roundedUp(effect))} or more`;
  if (cases !== null) return atLeast(down, "difference");
  if (baseline === 0) return `${atLeast(up, "gain")} (from 0 % no drop is possible)`;
  if (baseline === 1) return `${atLeast(down, "drop")} (from 100 % no gain is possible)`;
  return `${atLeast(down, "drop")} and ${atLeast(up, "gain")}`;
}

/** Up to the next tenth of a point, or the second digit of what is smaller than a point. */
function roundedUp(effect: number): number {
  const scale = Math.max(1000, 10 ** (1 - Math.floor(Math.log10(effect))));
  return Math.ceil(effect * scale) / scale;
}

function having(plan: PowerReport | MdeReport): string {
  return plan.cases === null
    ? `${many(plan.total, "observation")} (${arms(plan)})`
    : inClusters(plan.cases, plan.clusters);
}

function inClusters(cases: number, clusters: Planned["clusters"]): string {
  return `${many(cases, "case")}${clusters === null ? "" : ` in ${many(clusters.planned, "cluster")}`}`;
}

function arms({ control, candidate }: Pick<Planned, "control" | "candidate">): string {
  return `${whole(control)} of the control and ${whole(candidate)} of the candidate`;
}

function casesNeeded({ cases, total, evidence, method, clusters }: SampleSize): string {
  const [before, after] = [evidence?.trialsControl ?? 1, evidence?.trialsCandidate ?? 1];
  const once = method !== "miller" || (before === 1 && after === 1);
  const trials =
    before === after ? `${trimmed(before, 1)} times` : `${trimmed(before, 1)} and ${trimmed(after, 1)} times`;
  return `You need ${inClusters(cases ?? 0, clusters)}, each run ${once ? "once" : trials} on both sides: ${many(total, "trial")}.`;
}

function seen(plan: SampleSize): string {
  return `They show ${change(plan, plan.mde ?? 0)} in ${percent(plan.power)} of comparisons; ${falseAlarms(plan)}`;
}

function notWorse({ power, alpha, baseline, method }: SampleSize, margin: number): string {
  if (method === "tango")
    return `If none of them changes, as none did in these runs, the ${percent(1 - alpha)} interval stays within ±${points(margin)}`;
  const good = baseline === null ? "as good as the control" : `as good as the control (${percent(baseline)})`;
  return `They show in ${percent(power)} of comparisons that a candidate ${good} is not worse by ${points(margin)}; one that is passes in at most ${percent(alpha)}`;
}

function change({ baseline, direction, cases }: Planned, effect: number): string {
  if (baseline === null || cases !== null) return `a difference of ${points(effect)}`;
  const after = direction === "down" ? baseline - effect : baseline + effect;
  const rates = [baseline, after].map((rate) => percentBeside(rate, effect));
  return `a ${direction === "down" ? "drop" : "gain"} of ${points(effect)} (${rates.join(" → ")})`;
}

/** What the test does, not what it aims at, where that is known. */
function falseAlarms({ alpha, exactSize, clusters }: Planned): string {
  // Of few sign patterns only some levels can be had.
  const atMost = clusters?.test === "sign-flip" ? "at most " : "about ";
  const about = exactSize === null ? atMost : "";
  return `where nothing changed, ${about}${percent(exactSize ?? alpha)} raise a false alarm`;
}

function trueLevel({ falseAlarm, margin, alpha, sided }: PowerReport): string[] {
  if (falseAlarm === null) return [];
  const aim = percent(sided === "two" ? alpha / 2 : alpha);
  const wrong =
    margin === null
      ? `Where nothing changed, ${percent(falseAlarm)} of comparisons say otherwise in that direction`
      : `Where the candidate is worse by the margin, ${percent(falseAlarm)} of comparisons pass it all the same`;
  return [`${wrong} (the test aims at ${aim}).`];
}

function moreCases({ cases, evidence, clusters }: SampleSize): string[] {
  if (cases === null || evidence === null) return [];
  if (clusters !== null) return [moreClusters(evidence, clusters)];
  const missing = cases - evidence.cases;
  const have = evidence.runs.length === 1 ? "This run has" : "These runs share";
  return [
    `${have} ${whole(evidence.cases)}: ${missing > 0 ? `${whole(missing)} more ${missing === 1 ? "is" : "are"} needed` : "that is enough"}.`,
  ];
}

function moreClusters(
  { runs, cases }: NonNullable<SampleSize["evidence"]>,
  { now, planned }: NonNullable<SampleSize["clusters"]>,
): string {
  const have = runs.length === 1 ? "This run has" : "These runs share";
  const missing = planned - now;
  const more =
    missing > 0
      ? `${many(missing, "more cluster")} ${missing === 1 ? "is" : "are"} needed; more cases of the same clusters hardly tell more`
      : "that is enough";
  return `${have} ${whole(cases)} in ${many(now, "cluster")}: ${more}.`;
}

function moreTrials({ moreTrials: more }: SampleSize): string[] {
  if (more === null) return [];
  const twice = `with twice as many ${many(more.casesWithTwice, "case")} are enough`;
  return [
    more.help ? `More trials a case would help: ${twice}.` : `More trials a case buy little (${twice}): add cases.`,
  ];
}

/** The settings of the plan, defaults too, and what it took from runs. */
function basis(plan: Planned, style: Style): string[] {
  const share = plan.allocation === null ? "" : `, allocation ${percent(plan.allocation)} to the candidate`;
  const power = plan.action === "power" || plan.method === "tango" ? "" : `, power ${plan.power}`;
  const levels = `method ${plan.method}${TESTS[plan.clusters?.test ?? "none"]}, ${plan.sided}-sided, alpha ${plan.alpha}${power}`;
  return [style.dim(`${levels}${share}`), ...fromRuns(plan).map((line) => style.dim(line))];
}

const TESTS = { none: "", "sign-flip": ", sign flips of clusters", "clustered-t": ", t over clusters" };

function fromRuns({ evidence, method }: Planned): string[] {
  if (evidence === null) return [];
  const { runs, baseline, baselineCi95: ci, discordance, omega2, sigma2Control, sigma2Candidate } = evidence;
  const name = `from ${runs.length === 1 ? "run" : "runs"} ${runs.join(" and ")}`;
  if (baseline !== null)
    return [`${name}: baseline ${percent(baseline)}${ci === null ? "" : ` [${percent(ci[0])}, ${percent(ci[1])}]`}`];
  if (method === "miller" && omega2 !== null)
    return [`${name}: ${spread(omega2, sigma2Control ?? 0, sigma2Candidate ?? 0)}`];
  const who = runs.length === 1 ? "two trials of the same case" : "the two sides";
  return [`${name}: ${who} differ on ${percent(discordance ?? 0)} of cases`];
}

/** With one trial a case the two variances cannot be told apart. */
function spread(omega2: number, ...sigma2: number[]): string {
  const shown = (variance: number) => String(Number(variance.toPrecision(3)));
  if (sigma2.every((s) => s === 0)) return `a case's difference has variance ${shown(omega2)}`;
  return `variance between cases ω² ${shown(omega2)}, within a case σ² ${sigma2.map(shown).join(" and ")}`;
}
