import type { DiffDetails } from "../../../comparison/details.ts";
import { metricValue } from "../words.ts";
import { trimmed } from "../../numbers.ts";
import { curve, frame, point, segment } from "./frame.ts";
import { markup, type Markup } from "./markup.ts";
import { decades, linearScale, logScale, type Scale } from "./scale.ts";
import { TIE } from "./words.ts";

type Latency = NonNullable<DiffDetails["latency"]>;

/** Slow answers this many times the fast ones need a logarithmic axis to be seen together. */
const WIDE = 8;
const MARKED = [0.5, 0.95] as const;
const TABLED = [0.5, 0.95, 0.99] as const;
const SHARES = [0, 0.25, 0.5, 0.75, 0.95] as const;

/** Share of trials answered within a time, both sides. */
export function latencyFigure(latency: Latency): Markup {
  const { probabilities, control, candidate } = latency;
  const [x, logarithmic] = timeScale([...control, ...candidate]);
  const y = shareScale();
  const line = (kind: string, values: readonly number[]) =>
    curve(
      kind,
      values.map((v, i) => [x.at(v), y.at(probabilities[i] as number)]),
    );
  const marks = MARKED.map((p) => {
    const [before, after] = [quantileOf(latency, "control", p), quantileOf(latency, "candidate", p)];
    return markup`${segment("mark-line", [0, y.at(p)], [100, y.at(p)])}${point("control", x.at(before), y.at(p))}${point("candidate", x.at(after), y.at(p))}`;
  });
  const title = `Share of trials answered within a time. ${MARKED.map((p) => `p${p * 100}: ${shown(latency, "control", p)} with the control, ${shown(latency, "candidate", p)} with the candidate`).join("; ")}.`;
  const picture = frame(
    "latency",
    title,
    {
      x: {
        scale: x,
        ticks: x.ticks.map((t) => ({ at: t, label: duration(t) })),
        title: `latency${logarithmic ? ", logarithmic" : ""}`,
      },
      y: {
        scale: y,
        ticks: SHARES.map((p) => ({ at: p, label: `${p * 100}${TIE}%` })),
        title: "trials answered within",
      },
    },
    markup`${line("control", control)}${line("candidate", candidate)}${marks}`,
  );
  return markup`<section class="figure"><h3>Latency</h3>${picture}${table(latency)}</section>
`;
}

function table(latency: Latency): Markup {
  const row = (arm: "control" | "candidate") =>
    markup`<tr><th scope="row"><i class="swatch ${arm}"></i>${arm}</th>${TABLED.map((p) => markup`<td class="n">${shown(latency, arm, p)}</td>`)}</tr>`;
  return markup`<div class="scroll"><table class="mini"><caption class="hidden">Quantiles of latency</caption><thead><tr><td></td>${TABLED.map((p) => markup`<th scope="col">p${p * 100}</th>`)}</tr></thead><tbody>${row("control")}${row("candidate")}</tbody></table></div>`;
}

function timeScale(values: readonly number[]): [Scale, logarithmic: boolean] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const logarithmic = low > 0 && high / low > WIDE;
  return [logarithmic ? logScale([low, high], decades(), 19) : linearScale([low, high], 4), logarithmic];
}

/** 0 to 100 % with a little air above, where the curves end. */
function shareScale(): Scale {
  return { at: (p) => p * 97, low: 0, high: 1, ticks: [] };
}

function shown(latency: Latency, arm: "control" | "candidate", p: number): string {
  return metricValue({ unit: "ms" }, quantileOf(latency, arm, p));
}

/** At the step of probability nearest to `p`. */
function quantileOf({ probabilities, ...arms }: Latency, arm: "control" | "candidate", p: number): number {
  const nearest = probabilities.reduce((best, q, i) => {
    return Math.abs(q - p) < Math.abs((probabilities[best] as number) - p) ? i : best;
  }, 0);
  return arms[arm][nearest] as number;
}

function duration(ms: number): string {
  return ms >= 1000 ? `${trimmed(ms / 1000, 2)} s` : `${trimmed(ms, 3)} ms`;
}
