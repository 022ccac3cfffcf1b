import { calibrationError } from "../judges/calibration-error.ts";
import { agreement } from "../judges/kappa.ts";
import { type JudgedCase, ppiMean } from "../judges/ppi.ts";
import { roganGladen } from "../judges/rogan-gladen.ts";
import type { GoldenFile, Seen } from "./golden.testing.ts";

/** How far a judge can be trusted, and what it really measured. */
export const JUDGES: readonly GoldenFile[] = [
  { file: "g_kappa", cases: 10, tolerance: 1e-9, compare: kappas },
  { file: "g_rogan_gladen", cases: 17, tolerance: 1e-9, compare: corrected },
  { file: "g_ppi", cases: 10, tolerance: 1e-9, compare: predictionPowered },
  { file: "g_calibration", cases: 12, tolerance: 1e-9, compare: calibrations },
];

type Case = Parameters<GoldenFile["compare"]>[0];

function kappas(c: Case, { close }: Seen): void {
  const found = agreement(c.table);
  close("agreement", found.observed, c.percent_agreement);
  close("AC1", found.ac1, c.gwet_ac1);
  close("kappa", found.kappa?.estimate ?? Number.NaN, c.kappa_fce);
  close("kappa (sklearn)", found.kappa?.estimate ?? Number.NaN, c.sklearn_kappa);
  // Squared, so that the rounding which the golden file has for perfect agreement (5e-9) counts as the 0 it is.
  close("Var kappa", (found.kappa?.error ?? Number.NaN) ** 2, c.se_fce ** 2);
  // Error 0 has no interval here: the file's is a point, which would claim certainty.
  if (found.kappa?.error === 0) return;
  close("low", found.kappa?.interval?.[0] ?? Number.NaN, c.ci95_kappa[0]);
  close("high", found.kappa?.interval?.[1] ?? Number.NaN, c.ci95_kappa[1]);
}

function corrected(c: Case, { close }: Seen): void {
  const apparent = { hits: c.pos, n: c.n };
  if (c.se !== undefined) {
    // Known rates: as many labels as one likes. Only the point is comparable.
    const known = (rate: number) => ({ hits: rate * 1e6, n: 1e6 });
    const found = roganGladen(apparent, known(c.se), known(c.sp));
    close("known", found?.estimate ?? Number.NaN, Math.min(1, Math.max(0, c.formula_check)));
    return;
  }
  const found = roganGladen(apparent, { hits: c.tp, n: c.npos }, { hits: c.tn, n: c.nneg });
  close("estimate", found?.estimate ?? Number.NaN, c.estimate);
  close("low", found?.interval[0] ?? Number.NaN, c.ci_lang_reiczigel[0]);
  close("high", found?.interval[1] ?? Number.NaN, c.ci_lang_reiczigel[1]);
}

function predictionPowered(c: Case, { close }: Seen): void {
  const times = (n: number, one: JudgedCase) => Array.from({ length: n }, () => one);
  const labelled = (label: number, judged: number): JudgedCase => ({ labelled: [{ label, judged }], unlabelled: [] });
  const t = c.table_labelled;
  const found = ppiMean([
    ...times(t.y1f1, labelled(1, 1)),
    ...times(t.y1f0, labelled(1, 0)),
    ...times(t.y0f1, labelled(0, 1)),
    ...times(t.y0f0, labelled(0, 0)),
    ...times(c.unlabelled_f1, { labelled: [], unlabelled: [1] }),
    ...times(c.N - c.unlabelled_f1, { labelled: [], unlabelled: [0] }),
  ]);
  close("estimate", found?.estimate ?? Number.NaN, c.ppi_pp_estimate);
  close("lambda", found?.lambda ?? Number.NaN, c.lambda_closed_form);
  close("low", found?.interval[0] ?? Number.NaN, c.ppi_pp_ci95[0]);
  close("high", found?.interval[1] ?? Number.NaN, c.ppi_pp_ci95[1]);
}

/** The larger cases name a random generator's seed instead of their values. */
function calibrations(c: Case, { close }: Seen): void {
  if (!c.p) return;
  const found = calibrationError(
    c.p.map((probability: number, i: number) => ({ probability, happened: c.y[i] === 1 })),
  );
  close("ECE", found?.ece ?? Number.NaN, c.ece10_equal_width);
  close("Brier", found?.brier ?? Number.NaN, c.brier);
  close("reliability", found?.reliability ?? Number.NaN, c.murphy_reliability);
  close("resolution", found?.resolution ?? Number.NaN, c.murphy_resolution);
  close("uncertainty", found?.uncertainty ?? Number.NaN, c.murphy_uncertainty);
}
