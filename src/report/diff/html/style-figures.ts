export const FIGURES = `
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
