import type { StatsReport } from "../../planning/schema.ts";
import { intervalText } from "./interval.ts";
import { mdeText, powerText, sampleSizeText } from "./planning.ts";
import { powerCurve } from "./power-curve.ts";
import { rolloutPlanText } from "./rollout-plan.ts";
import type { Style } from "../style.ts";

/** What `agentops stats` found: in words, with the power curve, and what a reader must know. */
export function statsText(report: StatsReport, style: Style, width: number): string {
  const notes = report.notes.map((note) => style.dim(`note: ${note}`));
  const parts = [words(report, style), curve(report, width, style), notes];
  return parts.flatMap((lines, i) => (i > 0 && lines.length > 0 ? ["", ...lines] : lines)).join("\n");
}

function words(report: StatsReport, style: Style): string[] {
  switch (report.action) {
    case "sample-size":
      return sampleSizeText(report, style);
    case "power":
      return powerText(report, style);
    case "mde":
      return mdeText(report, style);
    case "plan":
      return rolloutPlanText(report, style);
    case "ci":
      return intervalText(report, style);
  }
}

function curve(report: StatsReport, width: number, style: Style): string[] {
  if (report.action === "ci" || report.action === "plan" || report.curve.length === 0) return [];
  const title = `power against ${report.unit === "cases" ? "cases" : "observations of both arms"}`;
  return [style.dim(title), ...powerCurve(report.curve, report.cases ?? report.total, width, style)];
}
