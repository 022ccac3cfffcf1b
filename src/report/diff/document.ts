import { plural, points, share } from "../../core/words.ts";
import { togetherWords } from "../together.ts";
import type { Aim, ComparisonFound, DiffFound, NeedFound, Note, Remark } from "../../comparison/found.ts";
import { LEAST_DIFFERING } from "../../comparison/metrics/tested.ts";
import type { Comparison, DiffDocument } from "../../comparison/schema.ts";
import { pText } from "../numbers.ts";

/** `agentops.diff/1`: a diff with its remarks and notes in words. */
export function diffDocument(found: DiffFound): DiffDocument {
  return { ...found, ...worded(found) };
}

export function comparisonDocument(found: ComparisonFound): Comparison {
  return { ...found, ...worded(found) };
}

function worded({ metrics, need, notes }: Pick<ComparisonFound, "metrics" | "need" | "notes">) {
  return {
    metrics: metrics.map((metric) => ({ ...metric, remarks: metric.remarks.map(remarkText) })),
    need:
      need === null ? null : { ...needDocument(need), other: need.other === null ? null : needDocument(need.other) },
    notes: notes.map(noteText),
  };
}

export function needDocument({ cases, clusters, why }: NeedFound) {
  return { cases, clusters, of: why.of, why: aimText(why, clusters !== null) };
}

function remarkText(remark: Remark): string {
  switch (remark.code) {
    case "few-changed":
      return `${plural(remark.cases, "case")} changed: too few for any result to be significant`;
    case "no-spread":
      return `too few ${GROUPS[remark.of]} to see a spread`;
    case "sign-flips":
      return `${remark.differing} of ${remark.groups} ${GROUPS[remark.of]} differ: judged by exact sign flips`;
    case "partly-measured":
      return `only ${remark.measured} of ${remark.all} ${remark.of} have it on both sides, so it is not judged`;
    case "few-values":
      return `too few latencies to be sure of a p${remark.quantile * 100}: ${remark.values} on one side, ${remark.least} are needed`;
    case "few-latencies":
      return `the latencies above the p${remark.quantile * 100} lie in ${remark.groups} ${GROUPS[remark.of]}: too few for any result to be significant, which takes ${LEAST_DIFFERING}`;
    case "few-differing":
      return `${remark.differing} ${GROUPS[remark.of]} differ: too few for any result to be significant, which takes ${LEAST_DIFFERING}`;
    case "judged-together":
      return `${pText(remark.alone)} alone, as its 95 % interval is; ${pText(remark.together)} among the ${remark.metrics} ${FAMILIES[remark.family]}, by which it is judged`;
    case "small-effect":
      return `better, but by less than the ${points(remark.minEffect)} the suite asks for (minEffect)`;
    case "within-margin":
      return `worse, but within the margin of ${remark.relative ? share(remark.margin) : points(remark.margin)}`;
    case "price":
      return `bought with ${share(remark.increase)} more ${remark.metric}; up to ${share(remark.margin)} is accepted`;
    case "benefit":
      return `${points(remark.improvement)} more success may cost ${share(remark.margin)} more (costBenefit)`;
    case "fresh-pairs":
      return `of ${remark.fresh} cases that were answered afresh on both sides; ${remark.all - remark.fresh} left out: an answer stored or recorded before`;
    case "not-fresh":
      return remark.simulated
        ? "not measured: simulated on a virtual clock"
        : "not measured: no case was answered afresh on both sides (--no-cache asks again, --live ignores recordings)";
  }
}

const FAMILIES = { guardrail: "guardrails", other: "metrics that inform" } as const;
const GROUPS = { cases: "cases", clusters: "clusters of cases" } as const;

/** What a reader of a comparison must know, in a sentence. */
export function noteText(note: Note): string {
  switch (note.code) {
    case "not-complete":
      return `the ${note.side}'s run is ${note.status}: not all of its trials are there`;
    case "errors":
      return `${note.trials} of the ${note.side}'s trials ended in an error and count nowhere${note.judge > 0 ? ` (${note.judge} of them: the judge gave no verdict)` : ""}${note.fellBack > 0 ? ` (${note.fellBack} of them: only a fallback model answered, which is no part of this)` : ""}`;
    case "only-on-one-side":
      return `left out: ${plural(note.cases, "case")} only in the ${note.side}'s run`;
    case "differing":
      return `left out: ${plural(note.cases, "case")} whose input or expectation differs between the runs`;
    case "unscored":
      return `left out: ${plural(note.cases, "case")} without a scored trial on one side`;
    case "other-suite":
      return `the runs are of different suites: ${note.control} and ${note.candidate}`;
    case "suite-changed":
      return "the suite changed between the runs: its scorers may not be the same";
    case "scoring-changed":
      return "the runs were scored by two releases, whose scorers judge some answers differently: run the older one again";
    case "scorer-on-one-side":
      return `scorer ${note.scorer} is only on one side`;
    case "simulated":
      return "latency is simulated on a virtual clock";
    case "stand-in":
      return "answered by the offline stand-in, which is not a model: its scores say nothing about one";
    case "too-many-errors":
      return `more than ${share(note.limit)} of a side's trials ended in an error: nothing is decided`;
    case "few-cases":
      return fewCasesText(note);
    case "few-clusters":
      return fewClustersText(note);
    case "same-content":
      return `both sides have the same content${note.oneRun ? " and one run" : ""}: there is nothing to compare`;
    case "no-run":
      return `nothing was measured: no complete run${note.suite === null ? "" : ` of suite ${note.suite}`} of ${note.of.join(" and ")}; agentops eval SUITE --target ${note.of[0] ?? ""}`;
    case "no-common-suite":
      return `nothing was measured: the sides have no run of the same suite${note.suite === null ? "" : ` (${note.suite})`}`;
    case "control-reused":
      return `the control's run is from ${note.from.slice(0, 16).replace("T", " ")} UTC`;
    case "changed-together":
      return `${togetherWords(note.parts)}: ${wayApart(note)}`;
    case "not-watched":
      return "no early stop: the stored run of the control had other cases or trials";
  }
}

/** What a suite of few cases can show at all. */
function fewCasesText({ cases, drop, atBest }: Extract<Note, { code: "few-cases" }>): string {
  const few = `only ${plural(cases, "case")}`;
  if (drop === null) return `${few}: against a control they show no drop of success, however large`;
  const against = atBest ? "against a control they show at best" : "they show";
  return `${few}: ${against} a drop of ${plural(Math.ceil(drop * 1000) / 10, "point")} (80 % power); a smaller one may go unseen`;
}

/** What few clusters can show, however many cases they hold. */
function fewClustersText({ clusters, least, drop }: Extract<Note, { code: "few-clusters" }>): string {
  const few = `only ${plural(clusters, "cluster")} of cases`;
  if (clusters < least)
    return `${few}: fewer than ${least} can show no difference, however large and however many cases they have`;
  if (drop === null) return `${few}: they show no drop of success, however large`;
  return `${few}: they show a drop of ${plural(Math.ceil(drop * 1000) / 10, "point")} (80 % power); a smaller one may go unseen`;
}

/** Only where one of them is the model can the two be crossed: each version answers with each model. */
function wayApart({ parts, suite, control, candidate }: Extract<Note, { code: "changed-together" }>): string {
  if (!parts.includes("model")) return "one at a time would tell";
  return `agentops eval ${suite ?? "SUITE"} --factorial --control ${control} --target ${candidate} tells them apart`;
}

/** What a number of cases, or of clusters, is for. */
export function aimText(aim: Aim, clustered = false): string {
  const from = `${aim.rough ?? 0}${clustered ? " clusters" : ""}`;
  const rough = aim.rough === null ? "" : ` (a rough guess from ${from})`;
  if (aim.code === "exclude") return `to exclude a difference of ${points(aim.target)} if no case changes${rough}`;
  const at =
    aim.discordance === null
      ? "at this spread between cases and trials"
      : `at ${share(aim.discordance)} of cases changing`;
  const which =
    aim.of === "seen"
      ? `the difference of ${points(aim.target)} that was seen`
      : `a difference of ${points(aim.target)}`;
  return `to see ${which} with ${aim.power * 100} % power ${at}${rough}`;
}
