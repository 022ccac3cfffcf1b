import { readFileSync } from "node:fs";

/** Compares what a function gives with one golden number; the worst relative error of a file is kept. */
export interface Seen {
  close: (what: string, got: number, want: number) => void;
  /** Counts, ranks, decisions, and values that are undefined on both sides. */
  same: (what: string, got: unknown, want: unknown) => void;
}

/** One file of fixtures/stats and the functions of ours it is the measure of. */
export interface GoldenFile {
  file: string;
  /** Cases in the file: a file that lost some must not pass. */
  cases: number;
  /** Largest relative error allowed (absolute where the golden number is 0): 1e-9 closed forms, 1e-6 root finding. */
  tolerance: number;
  /** Golden numbers below this are rounding of a zero and are compared absolutely; 0 for a file of tails. Default 1e-15. */
  zeroBelow?: number;
  // Each file has its own shape; its reader names the keys.
  compare: (c: Record<string, any>, seen: Seen) => void;
}

export interface Report {
  file: string;
  cases: number;
  compared: number;
  worst: number;
  /** The case and value with the worst error. */
  where: string;
  /** Values that are not the same, as sentences. */
  wrong: string[];
}

/** Reads one golden file and measures the worst error over all of its cases. */
export function measure({ file, compare, zeroBelow = 1e-15 }: GoldenFile): Report {
  const path = new URL(`../../../fixtures/stats/${file}.json`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: Record<string, any>[] };
  const report: Report = { file, cases: cases.length, compared: 0, worst: 0, where: "", wrong: [] };
  for (const [index, c] of cases.entries()) {
    const at = (what: string) => `case ${index}, ${what}`;
    compare(c, {
      close: (what, got, want) => {
        report.compared += 1;
        const error = relativeError(got, want, zeroBelow);
        if (!(error > report.worst) && !Number.isNaN(error)) return;
        report.worst = Number.isNaN(error) ? Infinity : error;
        report.where = `${at(what)}: got ${got}, golden ${want}`;
      },
      same: (what, got, want) => {
        report.compared += 1;
        if (JSON.stringify(got) !== JSON.stringify(want))
          report.wrong.push(`${at(what)}: got ${JSON.stringify(got)}, golden ${JSON.stringify(want)}`);
      },
    });
  }
  return report;
}

/** |got − want| / |want|; absolute where want is 0; 0 where both are the same infinity. */
function relativeError(got: number, want: number, zeroBelow: number): number {
  if (got === want) return 0;
  const difference = Math.abs(got - want);
  return Math.abs(want) <= zeroBelow ? difference : difference / Math.abs(want);
}
