import type { GuardrailResult, RatioResult, RolloutDocument } from "../../rollout/schema.ts";
import { milliseconds, trimmed, usd } from "../numbers.ts";
import { countText, differenceText, eOf, eText, paintVerdict, rateText, ratioText, shareText } from "./words.ts";
import { createStyle, type Style } from "../style.ts";
import { columns } from "../table.ts";

const HEAD = ["", "control %", "candidate %", "difference", "harm", "safe", "verdict"];
/** Its counts are answers. */
const COHORTS = "cohorts.floor";
/** Its counts are requests, also of units that were counted before. */
const REQUESTS = "success.requests";
/** Its counts are inputs that both arms answered. */
const PAIRS = "success.paired";
/** Columns of a terminal on which ratios stand in the table. */
const WITH_RATIOS = 100;
const plain = createStyle(false);

/** One row a guardrail; one block a guardrail where a row has no place. */
export function guardrailLines(results: readonly GuardrailResult[], style: Style, width: number): string[] {
  if (results.length === 0) return [];
  // Their rows are wide, so that on a narrower terminal the layout would change with the numbers from look to look.
  const isWide = width >= WITH_RATIOS || results.every(({ ratio }) => ratio === null);
  const fits = isWide && tableOf(results, plain).every((line) => line.length <= width);
  return fits ? tableOf(results, style) : results.flatMap((result) => block(result, style));
}

function tableOf(results: readonly GuardrailResult[], style: Style): string[] {
  const rows = results.map((result) => [
    rowName(result),
    armText(result, "control"),
    armText(result, "candidate"),
    result.ratio === null ? differenceText(result) : ratioText(result.ratio),
    isCompared(result) ? eText(result.harmE) : "—",
    isCompared(result) && result.safeE !== null ? eText(result.safeE) : "—",
    paintVerdict(result, style),
  ]);
  return columns(HEAD, rows, (text) => style.dim(text)).split("\n");
}

function block(result: GuardrailResult, style: Style): string[] {
  const { name, control, ratio, harmE, harmThreshold, safeE, safeThreshold } = result;
  const title = name.startsWith("success.") ? `success ${rowName(result).trim()}` : rowName(result);
  const safe = safeE === null || safeThreshold === null ? "" : `, safe ${eOf(safeE, safeThreshold)}`;
  const lines = [
    `${control === null ? "" : `control ${armText(result, "control")}, `}candidate ${armText(result, "candidate")}`,
    ...(control === null || safeE === null ? [] : [ratio === null ? `difference ${differenceText(result)}` : `ratio ${ratioText(ratio)}`]),
    `harm ${eOf(harmE, harmThreshold)}${safe}`,
  ];
  return [`${title}  ${paintVerdict(result, style)}`, ...(isMeasured(result) ? lines.map((line) => `  ${line}`) : [])];
} // prettier-ignore

/** A share in percent; of a ratio the value itself, with its unit. */
function armText(result: GuardrailResult, arm: "control" | "candidate"): string {
  const { ratio } = result;
  if (ratio === null) return rateText(result[arm]);
  const value = arm === "control" ? ratio.control : ratio.estimate === null ? null : ratio.control * ratio.estimate;
  return `${value === null ? "—" : valueText(result, value)} (${countText(result[arm]?.n ?? 0)})`;
}

function valueText({ name }: GuardrailResult, value: number): string {
  return name === "cost" ? usd(value) : milliseconds(value);
}

/** An absolute floor stands under its metric; that of cohorts has none. */
function rowName({ name, ratio, tolerance }: GuardrailResult): string {
  if (ratio !== null) return `${name} ${ratio.of}`;
  if (name === REQUESTS) return "  requests";
  if (name === PAIRS) return "  pairs";
  if (name === COHORTS) return `cohorts ≥ ${shareText(tolerance)}`;
  return name.endsWith(".floor") ? `  ≥ ${shareText(tolerance)}` : name;
}

function isMeasured({ verdict }: GuardrailResult): boolean {
  return verdict !== "unmeasured";
}

/** Without both arms an e-value is one about guesses; where it decided, it is shown. */
function isCompared(result: GuardrailResult): boolean {
  const { control, candidate, verdict } = result;
  return isMeasured(result) && (control === null || verdict === "harm" || (control.n > 0 && candidate.n > 0));
}

/** How the table is read: what the numbers are, and which evidence decides. */
export function legendOf(results: readonly GuardrailResult[], { alarm, alpha, critical }: Alarmed): string {
  const { harmThreshold, safeThreshold } = results.find(({ control }) => control !== null) ?? {};
  const harm =
    harmThreshold === undefined ? "" : `; harm rolls back ${alarm ? alone(results) : `at ${eText(harmThreshold)}`}`;
  const floor = results.find(({ control }) => control === null);
  const floors = alarm
    ? `, or together before that: at most ${shareText(alpha)} of candidates as good as the control${criticalText(critical)}`
    : floor === undefined
      ? ""
      : ` (a floor at ${eText(floor.harmThreshold)})`;
  const safe = safeThreshold == null ? "" : `, safe counts once it was ${eText(safeThreshold)}`;
  const others = [
    ...(results.some(({ name }) => name === COHORTS) ? [", of cohorts answers"] : []),
    ...(results.some(({ name }) => name === PAIRS)
      ? [", of pairs inputs that both answered, the candidate on a copy: its harm counts, its safe is no proof"]
      : []),
    ...(results.some(({ name }) => name === REQUESTS) ? [", of requests each one, also of units counted before"] : []),
  ].join("");
  const ratios = results.some(({ ratio }) => ratio !== null) ? ", or × the control's" : "";
  return `% of good units (of how many${others}); difference in points${ratios} [what the evidence that decides leaves of it, at every look]${harm}${floors}${safe}`;
}

type Alarmed = Pick<RolloutDocument["plan"], "alarm" | "alpha" | "critical">;

/** A breach that ends it by itself is a fact: it may be at random in both arms. */
function criticalText(critical: Alarmed["critical"]): string {
  if (critical === "any") return ", but for breaches, of which any ends it";
  return critical.length === 0 ? "" : `, but for breaches (${critical.join(", ")}), of which one ends it`;
}

/** "at 50 (success), 150 (latency, cost, safety) alone". */
function alone(results: readonly GuardrailResult[]): string {
  const names = new Map<string, string[]>();
  for (const result of results) {
    const at = eText(result.harmThreshold);
    names.set(at, [...(names.get(at) ?? []), rowName(result).trim()]);
  }
  const thresholds = [...names].map(([at, its]) => `${at} (${its.join(", ")})`);
  return `at ${thresholds.join(", ")} alone`;
}

/** "latency within 974 ms, a mean cost of at most 1.2 times the control's": what is good, where somebody or the control set a limit. */
export function capsText(results: readonly GuardrailResult[]): string | null {
  const caps = results.flatMap((result) => {
    const { name, cap, ratio } = result;
    if (ratio !== null) return [`${ratio.of === "p95" ? `a p95 of ${name}` : `a mean ${name}`} of at most ${trimmed(ratio.limit, 2)} times the control's${cutText(ratio)}`]; // prettier-ignore
    return cap === null ? [] : [`${name} within ${valueText(result, cap)}`];
  });
  return caps.length === 0 ? null : caps.join(", ");
}

/** What of the control's mean is in no comparison, from a share on that somebody would want to know. */
function cutText({ of, cut }: RatioResult): string {
  return of === "mean" && cut >= 0.005 ? ` (its highest are cut: ${shareText(Number(cut.toFixed(3)))} of its sum is not compared)` : "";
} // prettier-ignore
