import { exactHarmPower, exactNonInferiorityPower } from "../planning/exact-power.ts";
import { nonInferiorityPower, nonInferioritySize } from "../planning/non-inferiority-planning.ts";
import type { Sides } from "../planning/normal-test.ts";
import {
  connorSize,
  miettinenSize,
  millerEffect,
  millerPower,
  millerSize,
  pairedPower,
} from "../planning/paired-planning.ts";
import { twoProportionEffect, twoProportionPower, twoProportionSize } from "../planning/two-proportion-planning.ts";
import type { GoldenFile, Seen } from "./golden.testing.ts";

type Row = Record<string, any>;

/** Sizes and the power they give back: planning both ways. */
export const PLANNING: readonly GoldenFile[] = [
  {
    file: "a_twoprop_samplesize_grid",
    cases: 240,
    tolerance: 1e-9,
    compare: (c, { close, same }) => {
      const arms = { control: c.p_control, candidate: c.p_canary, ratio: c.k_control_per_canary };
      const levels = { alpha: c.alpha, power: c.power, sides: c.sides as Sides };
      const columns = { pooled: "pooled", unpooled: "unpooled", arcsine: "arcsine", continuity: "pooled_cc" } as const;
      for (const method of ["pooled", "unpooled", "arcsine", "continuity"] as const) {
        const n = twoProportionSize(method, arms, levels);
        close(method, n, c[`n_canary_${columns[method]}`]);
        close(`power of ${method}`, twoProportionPower(method, arms, n, levels), c.power);
      }
      same("rounded up", Math.ceil(twoProportionSize("pooled", arms, levels)), c.n_canary_ceil);
    },
  },
  {
    file: "a_mde",
    cases: 105,
    tolerance: 1e-6,
    compare: (c, { close, same }) => {
      const design = { control: c.p_control, ratio: c.n_control / c.n_canary, n: c.n_canary };
      const levels = { alpha: c.alpha, power: c.power, sides: c.sides as Sides };
      const columns = [["pooled", "down"], ["unpooled", "down"], ["arcsine", "down"], ["pooled", "up"]] as const; // prettier-ignore
      for (const [method, direction] of columns) {
        const want = c[`mde_${direction}_${method}`];
        const got = twoProportionEffect(method, design, direction, levels);
        if (want === null || got === null) same(`${method} ${direction}`, got, want);
        else close(`${method} ${direction}`, got, want);
      }
    },
  },
  {
    file: "a_noninferiority_samplesize",
    cases: 192,
    tolerance: 1e-9,
    compare: (c, { close }) => {
      const ratio = (1 - c.canary_fraction) / c.canary_fraction;
      const plan = { control: c.p_control, candidate: c.p_canary, margin: c.margin, ratio };
      const levels = { alpha: c.alpha_one_sided, power: c.power };
      for (const method of ["unpooled", "farrington-manning"] as const) {
        const n = nonInferioritySize(method, plan, levels);
        close(method, n, c[`n_canary_${method.replace("-", "_")}`]);
        close(`power of ${method}`, nonInferiorityPower(method, plan, n, levels.alpha), c.power);
      }
    },
  },
  {
    // R stops its root finding near 1e-8. Rows of pwr with two sides count both tails and are not comparable.
    file: "a_twoprop_R_reference",
    cases: 68,
    tolerance: 1e-6,
    compare: (c, seen) => R_FUNCTIONS[c.fn]?.(c, { sides: c.alternative === "two.sided" ? 2 : 1 }, seen),
  },
  {
    file: "a_power_exact",
    cases: 12,
    tolerance: 1e-9,
    compare: (c, { close }) => {
      const arms = { control: c.p_control, candidate: c.p_canary, ratio: c.n_control / c.n_canary };
      const levels = { alpha: c.alpha_one_sided, sides: 1 as const };
      for (const method of ["pooled", "unpooled", "arcsine"] as const)
        close(method, twoProportionPower(method, arms, c.n_canary, levels), c[`approx_${method}`]);
      const exact = { ...arms, controlSize: c.n_control, candidateSize: c.n_canary };
      for (const test of ["pooled", "unpooled", "fisher"] as const) {
        close(`exact ${test}`, exactHarmPower(test, exact, levels.alpha), c[`exact_power_${test}`]);
        const same = { ...exact, candidate: exact.control };
        close(`size ${test}`, exactHarmPower(test, same, levels.alpha), c[`exact_size_${test}_at_pb`]);
      }
    },
  },
  {
    // The golden enumeration leaves out about 1e-12 of the mass: sizes below 1e-5 (cases 1 and 6) are compared absolutely.
    // SciPy's full enumeration of case 6 gives 1.5219712274199e-8, as ours does.
    file: "b_noninferiority_exact_size",
    cases: 8,
    tolerance: 1e-9,
    zeroBelow: 1e-5,
    compare: (c, { close }) => {
      const arms = { control: c.p_control, candidate: c.true_p_canary, margin: c.margin, controlSize: c.n_control, candidateSize: c.n_canary }; // prettier-ignore
      close("Wald", exactNonInferiorityPower("unpooled", arms, c.nominal), c.exact_size_wald);
      const score = exactNonInferiorityPower("farrington-manning", arms, c.nominal);
      close("Farrington-Manning", score, c.exact_size_farrington_manning);
    },
  },
  {
    file: "c_paired_samplesize",
    cases: 48,
    tolerance: 1e-9,
    compare: (c, { close, same }) => {
      const plan = { discordance: c.psi, difference: c.delta, alpha: c.alpha, power: c.power, sides: c.sides as Sides };
      const [connor, miettinen] = [connorSize(plan), miettinenSize(plan)];
      close("Connor", connor, c.n_connor);
      close("Miettinen", miettinen, c.n_miettinen);
      same("rounded up", Math.ceil(connor), c.n_ceil);
      close("power", pairedPower({ ...plan, cases: connor }), c.power);
      close("power by Miettinen", pairedPower({ ...plan, cases: miettinen }, "miettinen"), c.power);
    },
  },
  {
    file: "c_miller_samplesize",
    cases: 90,
    tolerance: 1e-9,
    compare: (c, { close, same }) => {
      const variances = { omega2: c.omega2, sigma2Control: c.sigma2_A, sigma2Candidate: c.sigma2_B };
      const plan = { ...variances, trialsControl: c.K_A, trialsCandidate: c.K_B, alpha: c.alpha, power: c.power, sides: c.sides as Sides }; // prettier-ignore
      const n = millerSize({ ...plan, difference: c.delta });
      close("n", n, c.n);
      same("rounded up", Math.ceil(n), c.n_ceil);
      close("MDE", millerEffect({ ...plan, cases: 200 }), c.mde_at_n200);
      close("power", millerPower({ ...plan, difference: c.delta, cases: n }), c.power);
    },
  },
];

/** What each R function computes, in our words; `n` of the candidate's arm. */
const R_FUNCTIONS: Record<string, (c: Row, side: { sides: Sides }, seen: Seen) => void> = {
  "power.prop.test": (c, { sides }, { close }) => {
    const arms = { control: c.p1, candidate: c.p2, ratio: 1 };
    const levels = { alpha: c.alpha, power: c.power, sides };
    if (c.solve === "n") close("pooled n", twoProportionSize("pooled", arms, levels), c.n);
    else if (c.solve === "power") close("pooled power", twoProportionPower("pooled", arms, c.n, levels), c.power);
    else {
      const up = twoProportionEffect("pooled", { control: c.p1, ratio: 1, n: c.n }, "up", levels);
      close("pooled MDE up", c.p1 + (up ?? Number.NaN), c.p2);
    }
  },
  "pwr.2p.test": (c, { sides }, { close }) => {
    if (sides === 2) return;
    const arms = { control: c.p1, candidate: c.p2, ratio: 1 };
    close("arcsine n", twoProportionSize("arcsine", arms, { alpha: c.alpha, power: c.power, sides }), c.n);
  },
  "pwr.2p2n.test": (c, { sides }, { close }) => {
    if (sides === 2 || c.solve !== "power") return;
    const arms = { control: c.p1, candidate: c.p2, ratio: c.n1 / c.n2 };
    close("arcsine power", twoProportionPower("arcsine", arms, c.n2, { alpha: c.alpha, sides }), c.power);
  },
  "Hmisc::bsamsize": (c, { sides }, { close }) => {
    const arms = { control: c.p1, candidate: c.p2, ratio: c.fraction / (1 - c.fraction) };
    close("pooled n", twoProportionSize("pooled", arms, { alpha: c.alpha, power: c.power, sides }), c.n2);
  },
  "rpact::getSampleSizeRates": (c, _side, { close }) => {
    const arms = { control: c.pi2_control, candidate: c.pi1_canary, ratio: 1 / c.n1_over_n2 };
    const levels = { alpha: c.alpha, power: c.power };
    const n =
      c.thetaH0 === 0
        ? twoProportionSize("pooled", arms, { ...levels, sides: c.sided })
        : nonInferioritySize("farrington-manning", { ...arms, margin: -c.thetaH0 }, levels);
    close("n", n, c.n1);
  },
  "epiR::epi.ssninfb": (c, _side, { close }) => {
    const plan = { control: c.control, candidate: c.treat, ratio: 1 / c.r, margin: c.delta };
    close("unpooled n", nonInferioritySize("unpooled", plan, { alpha: c.alpha_onesided, power: c.power }), c.n_treat);
  },
};
