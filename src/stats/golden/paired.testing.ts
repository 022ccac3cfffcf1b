import { mcnemar } from "../proportions/mcnemar.ts";
import { newcombePaired } from "../proportions/newcombe-paired.ts";
import { signLogE } from "../sequential/sign-e-process.ts";
import { tango } from "../proportions/tango.ts";
import type { GoldenFile } from "./golden.testing.ts";

/** Paired outcomes. */
export const PAIRED: readonly GoldenFile[] = [
  {
    file: "c_mcnemar",
    cases: 15,
    tolerance: 1e-9,
    zeroBelow: 0,
    compare: (c, { close }) => {
      close("exact", mcnemar(c.b, c.c).exact, c.exact_p);
      close("mid-p", mcnemar(c.b, c.c).midP, c.midp);
    },
  },
  {
    file: "c_mcnemar_min_p",
    cases: 12,
    tolerance: 1e-9,
    compare: (c, { close }) => {
      close("exact", mcnemar(c.discordant, 0).exact, c.min_two_sided_exact);
      close("mid-p", mcnemar(0, c.discordant).midP, c.min_two_sided_midp);
    },
  },
  {
    file: "c_paired_difference_ci",
    cases: 32,
    tolerance: 1e-9,
    compare: (c, { close }) => {
      const counts = {
        bothPass: c.e_both_pass,
        onlyCandidate: c.f_A_only,
        onlyControl: c.g_B_only,
        neither: c.h_both_fail,
      };
      tango(counts, c.alpha).forEach((bound, i) => close("Tango", bound, c.tango_score[i]));
      newcombePaired(counts, c.alpha).forEach((bound, i) => close("Newcombe", bound, c.newcombe10[i]));
    },
  },
  {
    file: "e_paired_sign_eprocess",
    cases: 16,
    tolerance: 1e-9,
    compare: (c, { close }) => close("ln E", signLogE(c.regressions_b, c.improvements_c), c.log_e_harm),
  },
];
