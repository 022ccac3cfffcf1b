export const TABLES = `
table { border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
th { font-weight: 500; text-align: left; }
thead th { color: var(--quiet); font-size: .8125rem; font-weight: 500; vertical-align: bottom; }
caption { text-align: left; }
th, td { padding: .4rem .9rem .4rem 0; vertical-align: top; }
.n { text-align: right; white-space: nowrap; }
.scroll { max-width: 100%; overflow-x: auto; }
.scroll.tall { max-height: 36rem; overflow-y: auto; border-block: 1px solid var(--rule); }
.sides { margin-top: 1.5rem; }
.sides th, .sides td { padding: .2rem 2rem .2rem 0; }
.sides thead th { padding-bottom: .4rem; }
.sides tbody th { color: var(--quiet); font-size: .875rem; white-space: nowrap; }
.sides .arm { display: block; white-space: nowrap; }
.sides .ref { color: var(--ink); font-size: .9375rem; font-weight: 600; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; color: var(--quiet); font-size: .875rem; }
.effects { width: 100%; margin-top: 1.5rem; table-layout: fixed; }
.effects thead th:nth-child(1) { width: 17%; }
.effects thead th:nth-child(2), .effects thead th:nth-child(3) { width: 9%; }
.effects thead th:nth-child(4) { width: 27%; }
.effects thead th:nth-child(5) { width: 14.5%; }
.effects thead th:nth-child(6) { width: 10.5%; }
.effects caption { padding-bottom: .4rem; font-weight: 650; }
.effects thead th { padding-right: .7rem; padding-bottom: .3rem; border-bottom: 1px solid var(--rule); }
.effects thead th:nth-child(2), .effects thead th:nth-child(3), .effects thead th:nth-child(5), .effects thead th:nth-child(6) { text-align: right; }
.effects .group th { padding: .7rem 0 .3rem; color: var(--quiet); font-size: .8125rem; }
.effects .plot { position: relative; }
.effects th:nth-child(4) { padding-left: 0; }
.effects tbody td, .effects tbody th { padding-block: .5rem; }
.effects tbody .plot { padding: 0; }
.effects td.n { padding-left: 0; padding-right: .7rem; font-size: .875rem; }
.effects td.change { padding-left: .6rem; white-space: normal; }
.effects td.change b { font-weight: 600; display: block; }
.effects td .quiet { font-size: .8125rem; display: block; }
.effects td.p { white-space: normal; }
.role { color: var(--quiet); font-size: .8125rem; font-weight: 400; display: block; }
.remark { display: block; margin-top: .15rem; color: var(--quiet); font-size: .8125rem; line-height: 1.35; }
.outcomes { width: 100%; }
.outcomes caption, .figure .quiet { color: var(--quiet); font-size: .8125rem; line-height: 1.4; }
.outcomes caption { padding-bottom: .6rem; }
.outcomes thead th, .outcomes tbody th { padding-right: .6rem; color: var(--ink); font-size: .875rem; }
.outcomes td.n { padding: .7rem .8rem; border: 1px solid var(--rule); white-space: normal; }
.outcomes td b { display: block; font-size: 1.25rem; font-weight: 600; }
.outcomes .lost b { color: var(--worse); } .outcomes .won b { color: var(--better); }
.outcomes + details { margin-top: .75rem; }
.figure details { margin-top: .5rem; font-size: .875rem; }
.mini { width: 100%; margin-top: .75rem; font-size: .875rem; }
.mini thead th { text-align: right; }
.mini th, .mini td { padding: .2rem 0 .2rem .8rem; white-space: nowrap; }
.mini th:first-child, .mini td:first-child { padding-left: 0; }
.cases { width: 100%; }
.left-out { margin-bottom: .75rem; }
.cases th, .cases td { padding: .3rem .9rem .3rem .4rem; }
.cases thead th { position: sticky; top: 0; background: var(--page); box-shadow: inset 0 -1px var(--rule); padding-block: .5rem; }
.cases tbody th { font-weight: 400; min-width: 9rem; }
.cases tbody tr + tr > * { border-top: 1px solid var(--grid); }
.cases .verdict { font-weight: 500; font-size: .875rem; }
#case-filter { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; margin-bottom: .75rem; font-size: .9375rem; }
#case-filter[hidden] { display: none; }
#case-filter input, #case-filter select { margin-left: .35rem; padding: .35rem .5rem; border: 1px solid var(--control); border-radius: 4px; background: var(--page); color: inherit; font: inherit; max-width: 100%; }
#case-filter input { width: 16rem; }
#case-count { color: var(--quiet); font-variant-numeric: tabular-nums; }
@media (max-width: 72rem), print {
  .effects, .effects tbody { display: block; }
  .effects caption { display: block; }
  .effects thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .effects tr { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: .4rem .75rem; padding: .8rem 0; border-top: 1px solid var(--grid); }
  .effects tr.group, .effects tr.axis-row { display: block; border: 0; padding: 0; }
  .effects .axis-row td:not(.plot) { display: none; }
  .effects .axis-row td { display: block; }
  .effects tbody td, .effects tbody th { padding: 0; }
  .effects .group th { display: block; padding: 1rem 0 .4rem; }
  .effects tr:not(.group) > th { grid-column: 1 / 6; }
  .effects .role { display: inline; margin-left: .4em; }
  .effects .said { grid-column: 6 / -1; order: 1; text-align: right; }
  .effects tbody .plot { grid-column: 1 / -1; order: 2; height: 2.2rem; }
  .effects .axis-row .plot { height: 3rem; }
  .effects td.n { grid-column: span 2; order: 3; padding: 0; text-align: left; font-size: .875rem; }
  .effects td.n { padding-left: 0; padding-right: .7rem; font-size: .875rem; }
.effects td.change { grid-column: span 4; }
  .effects td.n::before { content: attr(data-label); display: block; color: var(--quiet); font-size: .75rem; }
  .effects td.change b, .effects td.change .quiet { display: inline; }
}
@media (max-width: 34rem) {
  .effects tr:not(.group) > th, .effects .said { grid-column: 1 / -1; text-align: left; }
  .effects td.n { grid-column: span 4; white-space: normal; }
  .effects td.change, .effects td[data-label="Control"] { grid-column: span 6; }
  .sides { width: 100%; table-layout: fixed; font-size: .8125rem; overflow-wrap: anywhere; }
  .sides th, .sides td { padding-right: .6rem; }
  .sides thead td { width: 3.4rem; }
  .sides .ref, .sides tbody th { font-size: .8125rem; }
  .cases th, .cases td { padding-inline: .2rem .5rem; }
  .cases tbody th { min-width: 6rem; }
  .cases thead th { white-space: normal; min-width: 4.2rem; }
  #case-filter label, #case-filter input { width: 100%; }
  #case-filter input { margin: .2rem 0 0; }
}
`;
