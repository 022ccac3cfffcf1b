import { binomialQuantile } from "../distributions/binomial.ts";
import { clopperPearson } from "../proportions/clopper-pearson.ts";
import { passAt, passPower } from "../samples/pass-power.ts";
import { wilson } from "../proportions/proportion.ts";
import { quantile } from "../samples/quantile.ts";
import type { GoldenFile } from "./golden.testing.ts";

/** z at the golden file's confidence levels (SciPy norm.ppf). */
const Z: Record<string, number> = { 0.9: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004 };

/** One sample: a proportion, quantiles, pass^k. */
export const SAMPLES: readonly GoldenFile[] = [
  {
    file: "b_one_proportion_ci",
    cases: 57,
    tolerance: 1e-9,
    compare: (c, { close }) => {
      const [low, high] = wilson(c.x, c.n, Z[c.conf]);
      close("wilson low", low, c.wilson[0]);
      close("wilson high", high, c.wilson[1]);
      clopperPearson(c.x, c.n, 1 - c.conf).forEach((bound, i) => close("Clopper-Pearson", bound, c.clopper_pearson[i]));
    },
  },
  {
    file: "d_quantile_ci_ranks",
    cases: 104,
    tolerance: 0,
    compare: (c, { same }) => {
      const alpha = 1 - c.conf;
      same("low", binomialQuantile(alpha / 2, c.n, c.q), c.lower_is_minus_inf ? 0 : c.lower_rank_1based);
      same("high", binomialQuantile(1 - alpha / 2, c.n, c.q) + 1, c.upper_is_plus_inf ? c.n + 1 : c.upper_rank_1based);
    },
  },
  {
    file: "f_pass_k",
    cases: 20,
    tolerance: 1e-9,
    compare: (c, { close, same }) => {
      if (c.n === undefined) return;
      if (c.k > c.n)
        same(
          "k > n",
          refuses(() => passPower(c.c, c.n, c.k)),
          true,
        );
      else {
        close("pass^k", passPower(c.c, c.n, c.k), c.pass_hat_k);
        close("pass@k", passAt(c.c, c.n, c.k), c.pass_at_k);
      }
    },
  },
  {
    file: "d_quantile_definitions",
    cases: 35,
    tolerance: 1e-9,
    compare: (c, { close }) => {
      const sorted = [...c.x].sort((a: number, b: number) => a - b);
      close("type 7", quantile(sorted, c.q), c.type7_linear);
    },
  },
];

function refuses(f: () => unknown): boolean {
  try {
    f();
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}
