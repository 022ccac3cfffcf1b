import { benjaminiHochberg, eBenjaminiHochberg, holm } from "../samples/multiple.ts";
import type { GoldenFile } from "./golden.testing.ts";

/** Many tests at once: by p-values, and by e-values. */
export const MULTIPLICITY: readonly GoldenFile[] = [
  {
    file: "f_multiple_testing",
    cases: 20,
    tolerance: 1e-9,
    compare: (c, { close, same }) => {
      if (c.p === undefined) {
        same("e-BH rejects", eBenjaminiHochberg(c.e_values, c.alpha), c.eBH_reject);
        return;
      }
      const adjusted = holm(c.p);
      const discoveries = benjaminiHochberg(c.p);
      for (const i of c.p.keys()) {
        close(`Holm ${i}`, adjusted[i] as number, c.holm[i]);
        close(`BH ${i}`, discoveries[i] as number, c.BH[i]);
      }
      if (c.reject_holm_05)
        same(
          "Holm rejects",
          adjusted.map((p) => p <= 0.05),
          c.reject_holm_05,
        );
      if (c.reject_BH_05)
        same(
          "BH rejects",
          discoveries.map((p) => p <= 0.05),
          c.reject_BH_05,
        );
    },
  },
];
