import type { Listening } from "../../../server/collect/collect.ts";

/** A line whenever something came, or waits; null while nothing happens. @param startMs monotonic */
export function progressOf(
  { counts, waiting }: Pick<Listening, "counts" | "waiting">,
  startMs: number,
): (nowMs: number) => string | null {
  let last = { ...counts };
  let lastMs = startMs;
  return (nowMs) => {
    const queue = waiting();
    const isNews = queue > 0 || counts.requests > last.requests || counts.refused > last.refused;
    const rate = Math.round((counts.spans - last.spans) / Math.max((nowMs - lastMs) / 1000, 0.001));
    last = { ...counts };
    lastMs = nowMs;
    if (!isNews) return null;
    const { spans, repeated, rejected, refused } = counts;
    const rest = Object.entries({ repeated, rejected, "requests refused": refused }).filter(([, n]) => n > 0);
    const others = rest.map(([what, n]) => `, ${count(n)} ${what}`).join("");
    return `collect: ${count(spans)} spans (${count(rate)}/s)${others}, ${count(queue)} requests waiting`;
  };
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
