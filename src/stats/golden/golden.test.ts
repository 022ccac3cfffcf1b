import { readdirSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { CONTINUOUS } from "./continuous.testing.ts";
import { DISTRIBUTIONS } from "./distributions.testing.ts";
import { measure, type Report } from "./golden.testing.ts";
import { JUDGES } from "./judges.testing.ts";
import { MULTIPLICITY } from "./multiplicity.testing.ts";
import { PAIRED } from "./paired.testing.ts";
import { PLANNING } from "./planning.testing.ts";
import { PROPORTIONS } from "./proportions.testing.ts";
import { SAMPLES } from "./samples.testing.ts";
import { SEQUENTIAL } from "./sequential.testing.ts";

const FILES = [
  ...SAMPLES,
  ...DISTRIBUTIONS,
  ...PROPORTIONS,
  ...PAIRED,
  ...PLANNING,
  ...CONTINUOUS,
  ...MULTIPLICITY,
  ...JUDGES,
  ...SEQUENTIAL,
];
const reports: Report[] = [];

describe("golden numbers (R, SciPy, statsmodels; fixtures/stats)", () => {
  test.each(FILES)("$file", (golden) => {
    const report = measure(golden);
    reports.push(report);
    expect(report.cases).toBe(golden.cases);
    expect(report.compared).toBeGreaterThanOrEqual(report.cases / 2);
    expect(report.wrong).toEqual([]);
    expect(report.worst, report.where).toBeLessThanOrEqual(golden.tolerance);
  });

  test("every file that was copied is used", () => {
    const folder = new URL("../../../fixtures/stats/", import.meta.url);
    const copied = readdirSync(folder).filter((f) => f.endsWith(".json"));
    expect(copied.sort()).toEqual(FILES.map((f) => `${f.file}.json`).sort());
  });
});

afterAll(() => {
  const rows = reports.map(
    (r) =>
      `${r.file.padEnd(32)} ${String(r.cases).padStart(5)} ${String(r.compared).padStart(8)}  ${r.worst.toExponential(1)}`,
  );
  process.stdout.write(
    `${["golden file                      cases compared  worst relative error", ...rows].join("\n")}\n`,
  );
});
