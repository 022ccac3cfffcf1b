import type { Db } from "../state/store.ts";
import type { RatioRow } from "./ratio.ts";

/** The candidate's values by bin, beside tallies, up to a look. */
export function ratiosUpTo(db: Db, rollout: number, look: number): Promise<RatioRow[]> {
  return db
    .selectFrom("ratioCounts")
    .select(["look", "weight", "metric", "bin", "n", "sum", "squares"])
    .where("rollout", "=", rollout)
    .where("look", "<=", look)
    .orderBy("look")
    .orderBy("weight")
    .orderBy("bin")
    .execute();
}
