import { expect, test } from "vitest";
import { bucketOf } from "../serving/assignment.ts";
import { Buckets } from "./buckets.ts";

test("a unit has the place that its hash gives, however many others were asked for between", () => {
  const buckets = new Buckets();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 25_000; i++) buckets.in("r1").of(`u${i}`);
    for (const unit of ["u0", "u1", "u24999", "é", ""]) {
      expect(buckets.in("r1").of(unit).bucket).toBe(bucketOf("r1", unit));
      expect(buckets.in(`other-${round}`).of(unit).bucket).toBe(bucketOf(`other-${round}`, unit));
    }
  }
});
