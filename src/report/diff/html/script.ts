/**
 * The page's only script: filters the case table, and opens the example a link leads to. Without it the table is whole
 * and the search stays hidden.
 */
export const SCRIPT = `
(() => {
  const opened = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", opened);
  opened();
  const form = document.getElementById("case-filter");
  if (!form) return;
  const [text, change, count] = ["case-text", "case-change", "case-count"].map((id) => document.getElementById(id));
  const rows = Array.from(document.getElementById("case-rows").rows, (row) => [row, row.cells[0].textContent.toLowerCase()]);
  const grouped = (n) => String(n).replace(/\\B(?=(\\d{3})+$)/g, ",");
  const show = () => {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const [row, id] of rows) {
      row.hidden = !id.includes(wanted) || (change.value !== "" && row.dataset.change !== change.value);
      if (!row.hidden) shown++;
    }
    count.value = grouped(shown) + " of " + grouped(rows.length) + " cases";
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
`;
