/** On paper: light, whole, nothing that scrolls; last, because it takes back what the screen needs. */
export const PRINT = `
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
