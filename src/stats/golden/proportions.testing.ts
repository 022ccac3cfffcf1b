import { miettinenNurminen, newcombe } from "../proportions/two-proportions.ts";
import type { GoldenFile } from "./golden.testing.ts";

/** Two independent proportions. The file's statsmodels columns are not read: they are wrong (its meta says where). */
export const PROPORTIONS: readonly GoldenFile[] = [
  {
    file: "b_two_proportion_ci",
    cases: 44,
    tolerance: 1e-9,
    compare: (c, { close }) => {
      const [candidate, control] = [
        { successes: c.x1, n: c.n1 },
        { successes: c.x2, n: c.n2 },
      ];
      newcombe(control, candidate, c.alpha).forEach((bound, i) => close("Newcombe", bound, c.newcombe_score[i]));
      miettinenNurminen(control, candidate, c.alpha).forEach((bound, i) =>
        close("Miettinen-Nurminen", bound, c.miettinen_nurminen[i]),
      );
    },
  },
];
