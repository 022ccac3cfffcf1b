import { median } from "../measure.js";

const ENDS = { rolledBack: "rolled-back", promoted: "promoted", invalid: "invalid", inconclusive: "inconclusive", open: "open" }; // prettier-ignore

/** Runs of one engine in one scenario, as one row: shares of the ends, and how much it took. */
export function summary(scenario, engine, runs) {
  const share = (verdict) => runs.filter((run) => run.verdict === verdict).length;
  const ended = runs.filter(({ verdict }) => verdict !== "open");
  const why = {};
  for (const run of runs) if (run.why !== null) why[run.why] = (why[run.why] ?? 0) + 1;
  return {
    ...{ scenario, engine, runs: runs.length },
    ...Object.fromEntries(Object.entries(ENDS).map(([key, verdict]) => [key, share(verdict)])),
    why,
    unproven: runs.filter(({ verdict, unproven = [] }) => verdict === "promoted" && unproven.length > 0).length,
    unitsMean: mean(runs.map(({ units }) => units)),
    unitsMedian: median(runs.map(({ units }) => units)),
    servedMedian: median(runs.map(({ served }) => served)),
    hoursMedian: ended.length === 0 ? null : median(ended.map(({ hours }) => hours)),
    harmedMean: mean(runs.map(({ harmed }) => harmed)),
  };
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

const HEAD = ["scenario", "engine", "runs", "rolled back", "promoted", "invalid", "incon.", "open", "units: mean", "median", "served", "hours", "harmed", "by"]; // prettier-ignore

/** Rows as a Markdown table, which is as readable on a screen. */
export function tableOf(rows) {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const text = (line) => `| ${line.map((cell, i) => (i < 2 || i === HEAD.length - 1 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(" | ")} |`; // prettier-ignore
  const rule = `| ${widths.map((width, i) => (i < 2 || i === HEAD.length - 1 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`; // prettier-ignore
  return [text(lines[0]), rule, ...lines.slice(1).map(text)].join("\n");
}

function cellsOf(row) {
  const counts = Object.keys(ENDS).map((key) => (row[key] === 0 ? "." : String(row[key])));
  const numbers = [row.unitsMean, row.unitsMedian, row.servedMedian].map((n) => n.toFixed(0));
  const why = Object.entries(row.why).map(([name, n]) => `${name} ${n}`);
  if (row.unproven > 0) why.push(`promoted unproven ${row.unproven}`);
  return [row.scenario, row.engine, String(row.runs), ...counts, ...numbers, row.hoursMedian === null ? "–" : row.hoursMedian.toFixed(1), row.harmedMean.toFixed(1), why.join(", ")]; // prettier-ignore
}
