import type { ComparedMetric } from "../../../comparison/schema.ts";
import { metricValue } from "../words.ts";
import { percent, trimmed, usd } from "../../numbers.ts";
import { frame, point, segment } from "./frame.ts";
import { markup, type Markup } from "./markup.ts";
import { fixed, linearScale, type Scale } from "./scale.ts";
import { changeOf, TIE } from "./words.ts";

/** What the candidate's success or cost may be, given the control's: null where the interval is open. */
interface Cross {
  control: number;
  candidate: number;
  low: number | null;
  high: number | null;
  /** Values the suite accepts as no worse. */
  accepted: number;
}

/** Success against cost: where the candidate stands seen from the control, with the intervals of both differences. */
export function costQualityFigure(quality: ComparedMetric, cost: ComparedMetric): Markup {
  const [x, y] = [crossOf(cost), crossOf(quality)];
  const xs = linearScale(placesOf(x), 3);
  const ys = linearScale(placesOf(y), 4);
  const title = `Cost against success. ${sentence(quality, cost, "control")}; ${sentence(quality, cost, "candidate")}.`;
  const picture = frame(
    "cost",
    title,
    {
      x: { scale: xs, ticks: inside(xs, 0).map((t) => ({ at: t, label: usd(t) })), title: "cost per task" },
      y: {
        scale: ys,
        ticks: inside(ys, 0, 1).map((t) => ({ at: t, label: `${trimmed(t * 100, 2)}${TIE}%` })),
        title: "success rate",
      },
    },
    drawing(x, y, xs, ys),
  );
  return markup`<section class="figure"><h3>Cost against success</h3>${picture}${table(quality, cost)}
<p class="quiet">The cross is the 95 % interval of each difference, laid off from the control. Shaded: worse by more than the margin.</p></section>
`;
}

function drawing(x: Cross, y: Cross, xs: Scale, ys: Scale): Markup {
  const from = [xs.at(x.control), ys.at(y.control)] as const;
  const to = [xs.at(x.candidate), ys.at(y.candidate)] as const;
  const dear = xs.at(x.accepted);
  const poor = ys.at(y.accepted);
  return markup`<rect class="beyond" x="${fixed(dear)}%" width="${fixed(100 - dear)}%" height="100%"/><rect class="beyond" y="${fixed(100 - poor)}%" width="100%" height="${fixed(poor)}%"/>
${segment("from-control", [from[0], 0], [from[0], 100])}${segment("from-control", [0, from[1]], [100, from[1]])}${segment("way", from, to)}
${segment("cross", [end(x.low, xs, 0), to[1]], [end(x.high, xs, 100), to[1]])}${segment("cross", [to[0], end(y.low, ys, 0)], [to[0], end(y.high, ys, 100)])}${point("control", ...from)}${point("candidate", ...to)}`;
}

function table(quality: ComparedMetric, cost: ComparedMetric): Markup {
  const row = (arm: "control" | "candidate") =>
    markup`<tr><th scope="row"><i class="swatch ${arm}"></i>${arm}</th><td class="n">${metricValue(cost, cost[arm])}</td><td class="n">${metricValue(quality, quality[arm])}</td></tr>`;
  return markup`<div class="scroll"><table class="mini"><caption class="hidden">Cost and success of both sides</caption><thead><tr><td></td><th scope="col">cost per task</th><th scope="col">success rate</th></tr></thead><tbody>${row("control")}${row("candidate")}<tr><th scope="row">change</th><td class="n">${changeOf(cost).estimate}</td><td class="n">${changeOf(quality).estimate}</td></tr></tbody></table></div>`;
}

function crossOf({ control, candidate, ratio, ci95, relative, margin, higherIsBetter, unit }: ComparedMetric): Cross {
  const byRatio = relative && ratio !== null;
  const interval = byRatio ? ratio.ci95 : ci95;
  const most = unit === "proportion" ? 1 : Infinity;
  const off = (bound: number | null) =>
    bound === null ? null : Math.min(most, Math.max(0, byRatio ? control * bound : control + bound));
  const [low, high] = interval === null ? [candidate, candidate] : interval.map(off);
  const allowed = relative ? control * margin : margin;
  const accepted = control + (higherIsBetter ? -allowed : allowed);
  return { control, candidate, low: low ?? null, high: high ?? null, accepted };
}

function placesOf({ control, candidate, low, high, accepted }: Cross): number[] {
  return [control, candidate, low, high, accepted].filter((v) => v !== null);
}

/** Ticks where a value can be: no cost below 0, no rate above 100 %. */
function inside({ ticks }: Scale, least: number, most = Infinity): number[] {
  return ticks.filter((t) => t >= least && t <= most);
}

function end(bound: number | null, scale: Scale, open: number): number {
  return bound === null ? open : scale.at(bound);
}

function sentence(quality: ComparedMetric, cost: ComparedMetric, arm: "control" | "candidate"): string {
  return `${arm}: ${percent(quality[arm])} at ${usd(cost[arm])} a task`;
}
