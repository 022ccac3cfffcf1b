import { printable } from "../../core/printable.ts";
import type { GuardrailResult, RolloutDocument } from "../../rollout/schema.ts";
import { many, oneLine, whole } from "../numbers.ts";
import { cohortLines } from "./cohorts.ts";
import { capsText, guardrailLines, legendOf } from "./guardrails.ts";
import {
  arrivalWord,
  differenceText,
  eOf,
  isInShadow,
  paintPhase,
  ratioText,
  shareText,
  stepText,
  verdictWord,
} from "./words.ts";
import { stuckTexts } from "./reach.ts";
import { unpairedTexts } from "./pairs.ts";
import { settlingTexts } from "./settling.ts";
import { apartLines, assumedLines, unknownLines } from "./unknown.ts";
import { togetherWords } from "../together.ts";
import { momentText, roughSpan, sinceText, spanText } from "../spans.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";
import { wrapped } from "../wrap.ts";

const HISTORY = 5;
const LABEL = 10;
const HALF_MINUTE = 30_000;
const MINUTE = 60_000;
const UNDER_WAY = ["shadow", "progressing", "promoting"];
const ENDED_BADLY = ["rolled-back", "aborted", "invalid"];

/** Where a rollout stands and why, for a terminal of `width` columns; `now` is ISO 8601. */
export function rolloutText(document: RolloutDocument, style: Style, now: string, width = 80): string {
  const { guardrails } = document.analysis;
  const prose = (lines: readonly string[]) => lines.map((line) => wrapped(line, width));
  const table = guardrailLines(guardrails, style, width);
  const legend = table.length === 0 ? [] : [style.dim(legendOf(guardrails, document.plan))];
  return [
    prose([...head(document, style, now), stepBar(document, style), ...claimLines(document, style)]),
    [...table, ...prose(legend)],
    prose(cohortLines(document.cohorts, style)),
    prose(unknownLines(document)),
    prose(facts(document, style, now)),
    historyLines(document, style, now, width),
  ]
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n");
}

/** The same in one line, for a log. */
export function rolloutLine(document: RolloutDocument): string {
  const { target, env, control, candidate, phase, analysis, awaiting } = document;
  const step = stepText(document);
  const seen = analysis.guardrails
    .filter(({ verdict, safeE }) => safeE !== null || verdict === "harm")
    .map((result) => {
      const { name, ratio, verdict, harmE, harmThreshold, safeE, safeThreshold } = result;
      if (verdict !== "undecided") return `${name} ${verdictWord(result)}`;
      const safe = safeE === null || safeThreshold === null ? "" : `, safe ${eOf(safeE, safeThreshold)}`;
      return `${name} ${ratio === null ? differenceText(result) : ratioText(ratio)} harm ${eOf(harmE, harmThreshold)}${safe}`;
    });
  const parts = [
    `${target} ${control.version} → ${candidate.version} ${env}: ${phase}${step === null ? "" : ` ${step}`}`,
    ...seen,
    ...(awaiting === null ? [] : ["waits for approval"]),
    ...(UNDER_WAY.includes(phase) ? needOf(document) : analysis.reasons.slice(0, 1)),
  ];
  return oneLine(parts.join("; "), Infinity);
}

function head(document: RolloutDocument, style: Style, now: string): string[] {
  const { target, env, control, candidate, phase, since } = document;
  const waits = document.awaiting === "approval" ? style.unsure("waits for approval") : null;
  const where = [paintPhase(phase, style), stepText(document), sinceText(since, now), waits];
  return [
    style.bold(`${printable(target)}  ${control.version} → ${candidate.version}  ${printable(env)}`),
    where.filter((fact) => fact !== null).join("  "),
  ];
}

/** What it is to show, and what makes that hard to tell. */
function claimLines(
  { hypothesis, changedTogether, target, control, candidate }: RolloutDocument,
  style: Style,
): string[] {
  const apart = `agentops eval SUITE --factorial --control ${target}@${control.version} --target ${target}@${candidate.version}`;
  const way = changedTogether.includes("model") ? `${apart} tells them apart` : "one at a time would tell";
  return [
    ...(hypothesis === null ? [] : [`${style.dim("hypothesis:")} ${oneLine(hypothesis, Infinity)}`]),
    ...(changedTogether.length === 0 ? [] : [style.unsure(`${togetherWords(changedTogether)}: ${way}`)]),
  ];
}

/** "internal  1 %  ▸5 %  25 %": where it is; ✗ where it ended, ✓ behind a promotion. */
function stepBar(document: RolloutDocument, style: Style): string {
  const { phase, step, steps, cohorts, plan } = document;
  const shadow = plan.shadow === null ? [] : ["shadow"];
  const names = [...shadow, ...steps.map((share, i) => cohorts[i]?.name ?? shareText(share))];
  if (phase === "promoted") return `${names.map(style.good).join("  ")} ${style.good("✓")}`;
  const at = phase === "pending" ? -1 : isInShadow(document) ? 0 : step + shadow.length;
  return names
    .map((name, i) => {
      if (i === at) return ENDED_BADLY.includes(phase) ? style.bad(`✗${name}`) : style.bold(`▸${name}`);
      return i < at ? style.good(name) : style.dim(name);
    })
    .join("  ");
}

function facts(document: RolloutDocument, style: Style, now: string): string[] {
  const { analysis, deadline, phase } = document;
  const { sampleRatio, breaches, guardrails } = analysis;
  const caps = capsText(guardrails);
  const line = (label: string, text: string, colour = (shown: string) => shown) =>
    `${style.dim(label.padEnd(LABEL))}${colour(printable(text))}`;
  const kinds = breaches.slice(0, HISTORY).map(({ kind, observation }) => `${kind} (observation ${observation})`);
  const unseen = breaches.length > HISTORY ? [`${whole(breaches.length - HISTORY)} more`] : [];
  return [
    ...analysis.reasons.map((reason, i) => line(i === 0 ? "why" : "", reason)),
    // Which one rolled it back is a reason already.
    ...(breaches.length > 1 ? [line("breaches", [...kinds, ...unseen].join(", "), style.bad)] : []),
    ...(guardrails.some(isOfOtherSteps) ? [line("rates", OF_OTHER_STEPS)] : []),
    ...(isOdd(sampleRatio) ? [line("split", splitText(sampleRatio), style.unsure)] : []),
    ...(caps === null ? [] : [line("good is", caps)]),
    ...(document.unseen > 0 && document.endedAt === null
      ? [
          line(
            "unseen",
            `${many(document.unseen, arrivalWord(document))} came since the last look; they are in these numbers, and the next look decides`,
          ),
        ]
      : []),
    ...apartLines(document).map((text, i) => line(i === 0 ? "apart" : "", text)),
    ...assumedLines(document).map((text) => line("assumed", text)),
    ...settlingLines(document).map((text) => line("settling", text)),
    ...unpairedTexts(document).map((text) => line("pairs", text)),
    ...(["progressing", "inconclusive"].includes(phase) ? stuckTexts(document.plan, document.step) : []).map((text) =>
      line("stuck", text, style.unsure),
    ),
    ...([...UNDER_WAY, "inconclusive"].includes(phase) ? needOf(document).map((need) => line("needs", need)) : []),
    ...wholeText(document, now).map((text) => line("100 %", text)),
    ...(UNDER_WAY.includes(phase) ? [line("deadline", deadlineText(deadline, now))] : []),
    ...ways(document).map((way, i) => line(i === 0 ? "next" : "or", way)),
    ...servedText(document).map((served) => line("serves", served)),
  ];
}

function needOf({ analysis: { need }, cohort }: RolloutDocument): string[] {
  if (need === null) return [];
  const units =
    cohort === null
      ? many(need.observations, "more candidate unit")
      : `${many(need.observations, "more answer")} to cohort ${cohort}`;
  const time = need.hours === null ? [] : [roughSpan(need.hours * 3_600_000)];
  return [`about ${[...(need.observations === 0 && time.length > 0 ? [] : [units]), ...time].join(", ")}`];
}

/** What is in no number yet, and until when. */
function settlingLines({ plan, settling, control, endedAt }: RolloutDocument): string[] {
  const [counts] = settlingTexts(plan, control.version);
  if (counts === undefined || endedAt !== null) return [];
  return [settling === 0 ? counts : `${counts}; ${many(settling, "outcome")} ${settling === 1 ? "waits" : "wait"} for that, in no number yet`]; // prettier-ignore
}

const OF_OTHER_STEPS = "are over all steps; the difference compares within each, where both arms had the same traffic";

/** Rates whose plain difference would mislead by a point: by drift, or by chance as the arms' sizes differ between steps. */
function isOfOtherSteps({ control, candidate, difference }: GuardrailResult): boolean {
  if (control?.rate == null || candidate.rate === null || difference === null) return false;
  return Math.abs(candidate.rate - control.rate - difference) >= 0.01;
}

/** In at most one of twenty honest splits, and not decided yet; then it is the reason. */
function isOdd({ e, threshold }: RolloutDocument["analysis"]["sampleRatio"]): boolean {
  return e >= 20 && e < threshold;
}

function splitText({ e, threshold }: RolloutDocument["analysis"]["sampleRatio"]): string {
  return `the arms' sizes look odd for the weights: evidence ${eOf(e, threshold)}`;
}

/** When everybody may get it, while that is to come; and that somebody chose not to wait. */
function wholeText({ everybodyNotBefore: from, deadline, plan, phase }: RolloutDocument, now: string): string[] {
  if (!UNDER_WAY.includes(phase) || phase === "promoting") return [];
  const fast = plan.fast === true ? ["need not wait for a whole day of traffic (--fast)"] : [];
  const left = from === null ? 0 : Date.parse(from) - Date.parse(now);
  if (from === null || left <= 0) return fast;
  const settles = (plan.outcomes?.settleMs ?? 0) > 0 ? ["outcomes settle at each step"] : [];
  const first = [...settles, ...(plan.fast === true ? [] : ["a whole day of traffic comes first"])].join(", and ");
  const after = `not before ${momentText(from, now)} UTC, in ${spanAhead(left)}: ${first}`;
  return [...fast, from < deadline ? after : `${after}, and before that the deadline (--deadline 3d, or --fast)`];
}

/** Rounded up from half a minute on: two weeks from a moment ago are two weeks. */
function spanAhead(ms: number): string {
  return spanText(ms + (ms < MINUTE ? 0 : HALF_MINUTE));
}

function deadlineText(deadline: string, now: string): string {
  const left = Date.parse(deadline) - Date.parse(now);
  const at = `${momentText(deadline, now)} UTC`;
  if (left <= 0) return `${at}, ${spanText(-left)} ago; the next look pauses it as inconclusive`;
  return `${at}, in ${spanAhead(left)}; then it pauses as inconclusive`;
}

/** What a person can do where the rollout does not go on by itself. */
function ways({ phase, awaiting, target, env }: RolloutDocument): string[] {
  const command = (verb: string) => `agentops canary ${verb} ${target} --env ${env}`;
  if (awaiting === "approval") return [command("approve")];
  if (phase === "paused") return [command("resume")];
  return phase === "inconclusive" ? [`${command("resume")}   (a new deadline)`, command("abort")] : [];
}

function servedText({ phase, control, candidate }: RolloutDocument): string[] {
  if (phase === "promoted") return [`${candidate.version} to everybody`];
  return ENDED_BADLY.includes(phase) ? [`${control.version} to everybody`] : [];
}

function historyLines(document: RolloutDocument, style: Style, now: string, width: number): string[] {
  const recent = document.history.slice(-HISTORY);
  if (recent.length === 0) return [];
  const rows = recent.map(({ at, event, phase, weight, cohort, actor, reason }) => [
    momentText(at, now),
    event,
    phase,
    cohort ?? shareText(weight),
    oneLine(`${actor}: ${reason}`, Infinity),
  ]);
  const earlier = document.history.length - recent.length;
  return [
    style.dim(earlier === 0 ? "history" : `history (${earlier} earlier)`),
    ...columns(["", "", "", "", ""], rows, (text) => text)
      .split("\n")
      .slice(1)
      .map((row) => oneLineOf(row, width)),
  ];
}

/** Cut like {@link oneLine}, but keeps the columns. */
function oneLineOf(row: string, width: number): string {
  return row.length <= width ? row : `${row.slice(0, Math.max(1, width - 1))}…`;
}
