import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { REPO } from "../testing/project.ts";
import { bucketOf, isCandidate, slotOf } from "./assignment.ts";

interface Vector {
  salt: string;
  unit: string;
  integer: string;
  bucket: string;
  arms: Record<string, "control" | "candidate">;
}

// By python3: n = int(hashlib.sha256(f"{salt}/{unit}".encode()).hexdigest()[:13], 16); n, repr(n / 2**52), n / 2**52 < weight
const VECTORS = JSON.parse(readFileSync(join(REPO, "fixtures", "bucketing.json"), "utf8")) as Vector[];

describe("a unit's bucket", () => {
  test.each(VECTORS)("is what Python computes: $salt/$unit", ({ salt, unit, integer, bucket, arms }) => {
    expect(String(slotOf(salt, unit))).toBe(integer);
    expect(bucketOf(salt, unit)).toBe(Number(bucket));
    for (const [weight, arm] of Object.entries(arms))
      expect(isCandidate(bucketOf(salt, unit), Number(weight))).toBe(arm === "candidate");
  });
  test("is spread evenly, and anew by another rollout", () => {
    const units = Array.from({ length: 20_000 }, (_, i) => `unit-${i}`);
    const tenths = (salt: string) => units.map((unit) => Math.floor(10 * bucketOf(salt, unit)));
    const [a, b] = [tenths("a"), tenths("b")];
    const counts = Array.from({ length: 10 }, (_, tenth) => a.filter((t) => t === tenth).length);
    // chi-square with 9 degrees of freedom: 27.9 at 0.1 %
    expect(counts.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
    expect(Math.abs(a.filter((t, i) => t === b[i]).length - 2000)).toBeLessThan(150);
  });
});
