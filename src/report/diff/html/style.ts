import { TABLES } from "./style-tables.ts";

const PAGE = `
:root {
  color-scheme: light dark;
  --page: #fff; --ink: #16191d; --quiet: #5a626c; --rule: #d9dee4; --block: #f5f6f8; --focus: #1d5fbf;
  --control: #6a7380; --candidate: #1d5fbf; --band: #e4e9ef; --grid: #e8ebef;
  --better: #0b6e41; --worse: #b3261e; --unsure: #8a5200; --same: #4b5563; --gone: #fdeceb; --new: #e6f5ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --ink: #e6e9ed; --quiet: #9ea7b2; --rule: #343b43; --block: #1c2025; --focus: #8ab4ff;
    --control: #a9b2bd; --candidate: #7fb0ff; --band: #262d35; --grid: #272d34;
    --better: #62cd97; --worse: #ff8f86; --unsure: #e8b75a; --same: #b9c2cc; --gone: #3a1d1c; --new: #16321f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
main { max-width: 78rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 5rem; }
h1, h2, h3, h4, p, dl, dd, ul, pre { margin: 0; }
h1 { display: flex; gap: .6rem; align-items: flex-start; max-width: 60rem; font-size: clamp(1.5rem, 1.1rem + 1.6vw, 2.25rem); line-height: 1.2; font-weight: 650; letter-spacing: -.015em; text-wrap: balance; overflow-wrap: break-word; }
h1 .icon { width: 1.2em; height: 1.2em; }
h2 { margin: 3.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--rule); font-size: 1.3rem; line-height: 1.3; font-weight: 650; letter-spacing: -.01em; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1rem; font-weight: 650; }
h4 { margin: 0 0 .35rem; font-size: .875rem; font-weight: 600; }
code, pre { font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; unicode-bidi: isolate; }
pre { overflow: auto; max-height: 18rem; padding: .5rem .7rem; background: var(--block); border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
a { color: inherit; text-decoration-color: var(--quiet); text-underline-offset: .2em; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
summary { cursor: pointer; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--quiet); font-weight: 400; }
.eyebrow { margin-bottom: .5rem; color: var(--quiet); font-size: .875rem; }
.lead { max-width: 46rem; margin-top: .75rem; font-size: 1.0625rem; overflow-wrap: break-word; }
.need { margin-top: 1rem; max-width: 46rem; }
.notes { margin-top: 1rem; padding-left: 1.1rem; color: var(--quiet); font-size: .9375rem; max-width: 46rem; }
.icon { flex: none; width: 1em; height: 1em; vertical-align: -.125em; }
.icon .line { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.icon .dot { fill: currentColor; }
.verdict { white-space: nowrap; font-weight: 600; }
.verdict .icon { margin-right: .3em; }
.better { color: var(--better); } .worse { color: var(--worse); } .inconclusive { color: var(--unsure); } .no-difference { color: var(--same); }
h1 span { color: var(--ink); }
.swatch { display: inline-block; width: 10px; height: 10px; margin-right: .45em; border: 2px solid var(--control); border-radius: 50%; }
.swatch.candidate { border-color: var(--candidate); background: var(--candidate); }
.swatch.band { width: 1.5rem; border: 0; border-radius: 0; background: var(--band); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: .75rem 1.25rem; }
.pair > div { min-width: 0; }
dt { margin-bottom: .25rem; color: var(--quiet); font-size: .875rem; }
dd + dt { margin-top: .75rem; }
.changed + .changed { margin-top: 1.5rem; }
.changed h3 { font-weight: 600; }
.changed h3 code { font-size: .875rem; }
.lines { padding: .4rem 0; border-radius: 4px; background: var(--block); font: .8125rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.lines del, .lines ins, .lines span { display: block; padding: 0 .7rem 0 calc(.7rem + 2ch); text-indent: -2ch; white-space: pre-wrap; text-decoration: none; unicode-bidi: isolate; }
.lines del { background: var(--gone); } .lines ins { background: var(--new); }
.lines summary { padding: .15rem .7rem; color: var(--quiet); }
.example { border-top: 1px solid var(--rule); }
.example > summary { padding: .6rem 0; }
.example > summary .quiet { white-space: nowrap; }
.example > dl { margin-bottom: .9rem; }
.example[open] { padding-bottom: 1.5rem; }
.variable { display: grid; grid-template-columns: minmax(4rem, max-content) minmax(0, 1fr); gap: .25rem .75rem; align-items: baseline; }
.variable + .variable { margin-top: .35rem; }
.reasons { margin-top: .5rem; padding-left: 1.1rem; font-size: .875rem; }
`;

const FIGURES = `
/* A pixel more than its row: no seam between bands. */
.effect { position: absolute; inset: 0; width: 100%; height: calc(100% + 1px); overflow: visible; }
.effect .at, .effect-axis { overflow: visible; }
.effect .band, .effect-axis .band { fill: var(--band); }
.effect .zero { stroke: var(--quiet); }
.effect .limit { stroke: var(--quiet); stroke-dasharray: 2 3; }
.effect .interval { fill: none; stroke: var(--ink); stroke-width: 1.5; }
.mark { fill: currentColor; stroke: var(--page); stroke-width: 1; }
.mark .hollow { fill: var(--page); stroke: currentColor; stroke-width: 2; }
.effect-axis { display: block; width: 100%; height: 2.6rem; }
.axis-row .plot { vertical-align: top; }
.effect-axis .axis, .effect-axis .tick { stroke: var(--quiet); }
.effect-axis text, .frame text { fill: var(--quiet); font-size: 12px; font-variant-numeric: tabular-nums; }
.undrawn { position: absolute; inset: 0; display: grid; place-items: center; color: var(--quiet); font-size: .8125rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 2rem 3.5rem; }
.figure { min-width: 0; }
.figure h3 { margin-top: .5rem; }
.frame { display: block; width: calc(100% - 3.6rem); height: 15rem; margin: 0 .6rem 1.6rem 3rem; overflow: visible; }
.frame .grid { stroke: var(--grid); }
.y-title, .x-title { color: var(--quiet); font-size: .75rem; line-height: 1.4; }
.y-title { margin: 0 0 .5rem; }
.x-title { text-align: right; padding-right: .6rem; }
.curve { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.curve.control { stroke: var(--control); stroke-dasharray: 5 3; }
.curve.candidate { stroke: var(--candidate); }
.point { stroke-width: 2; }
.point.control { fill: var(--page); stroke: var(--control); }
.point.candidate { fill: var(--candidate); stroke: var(--page); }
.mark-line { stroke: var(--quiet); stroke-dasharray: 1 4; }
.from-control { stroke: var(--quiet); stroke-dasharray: 2 3; }
.way { stroke: var(--quiet); }
.cross { stroke: var(--candidate); stroke-width: 1.5; }
.beyond { fill: var(--worse); fill-opacity: .07; }
`;

/** On paper: light, whole, nothing that scrolls; last, because it takes back what the screen needs. */
const PRINT = `
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --block: #f5f6f8;
    --control: #555; --candidate: #1d5fbf; --band: #e4e9ef; --grid: #ddd;
    --better: #0b6e41; --worse: #b3261e; --unsure: #8a5200; --same: #333; --gone: #fdeceb; --new: #e6f5ec;
  }
  body { font-size: 13px; }
  main { max-width: none; padding: 0; }
  pre, .scroll, .scroll.tall { max-height: none; overflow: visible; }
  pre, .lines { border: 1px solid var(--rule); }
  #case-filter { display: none; }
  h2, h3, h4, caption, dt, summary { break-after: avoid; }
  .figure, .effects tbody, .cases tr, .pair > div { break-inside: avoid; }
  .cases thead th { position: static; }
  .band, .lines del, .lines ins, .beyond, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/** The page's whole style. */
export const STYLE = `${PAGE}${TABLES}${FIGURES}${PRINT}`;
