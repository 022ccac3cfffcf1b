import { betaQuantile, regularizedBeta } from "../distributions/beta.ts";
import { binomialCdf, binomialSurvival } from "../distributions/binomial.ts";
import { chiSquareSurvival } from "../distributions/chi-square.ts";
import { gammaP, gammaQ } from "../distributions/gamma.ts";
import { normalCdf, normalQuantile, normalSurvival } from "../distributions/normal.ts";
import { studentCdf, studentQuantile, studentSurvival } from "../distributions/student.ts";
import type { GoldenFile, Seen } from "./golden.testing.ts";

/** The tail beyond a quantile against its level: above the median the upper one, where the lower would be 1 whatever we do. */
function tail(seen: Seen, p: number, lower: () => number, upper: () => number): void {
  if (p <= 0.5) seen.close("lower tail", lower(), p);
  else seen.close("upper tail", upper(), 1 - p);
}

/** How each function of the file is measured. Gamma and chi-square quantiles have no user: their tails are measured there. */
const FUNCTIONS: Record<string, (args: number[], ref: number, seen: Seen) => void> = {
  normal_quantile: ([p], ref, { close }) => close("normalQuantile", normalQuantile(p!), ref),
  normal_cdf: ([z], ref, { close }) => {
    close("normalCdf", normalCdf(z!), ref);
    close("normalSurvival", normalSurvival(-z!), ref);
  },
  t_cdf: ([t, df], ref, { close }) => {
    close("studentCdf", studentCdf(t!, df!), ref);
    close("studentSurvival", studentSurvival(-t!, df!), ref);
  },
  t_quantile: ([p, df], ref, { close }) => close("studentQuantile", studentQuantile(p!, df!), ref),
  binom_cdf: ([k, n, p], ref, { close }) => {
    close("binomialCdf", binomialCdf(k!, n!, p!), ref);
    close("binomialSurvival", binomialSurvival(n! - k! - 1, n!, 1 - p!), ref);
  },
  beta_cdf: ([x, a, b], ref, { close }) => close("regularizedBeta", regularizedBeta(x!, a!, b!), ref),
  beta_quantile: ([p, a, b], ref, { close }) => close("betaQuantile", betaQuantile(p!, a!, b!), ref),
  chi2_cdf: ([x, df], ref, { close }) => {
    close("gammaP", gammaP(df! / 2, x! / 2), ref);
    close("chiSquareSurvival", 1 - chiSquareSurvival(x!, df!), ref);
  },
  gamma_quantile: ([p, a, rate], ref, seen) =>
    tail(
      seen,
      p!,
      () => gammaP(a!, ref * rate!),
      () => gammaQ(a!, ref * rate!),
    ),
  chi2_quantile: ([p, df], ref, seen) =>
    tail(
      seen,
      p!,
      () => gammaP(df! / 2, ref / 2),
      () => chiSquareSurvival(ref, df!),
    ),
};

export const DISTRIBUTIONS: readonly GoldenFile[] = [
  {
    file: "h_npm_distribution_accuracy",
    cases: 132,
    tolerance: 1e-10,
    zeroBelow: 0,
    compare: (c, seen) => {
      const measured = FUNCTIONS[c.fn];
      if (measured === undefined) seen.same("function", c.fn, "one we have");
      else measured(c.args, c.ref, seen);
    },
  },
];
