import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { printable } from "../../core/printable.ts";
import { mannWhitney } from "../../stats/samples/mann-whitney.ts";
import { welch } from "../../stats/samples/welch.ts";
import { type IntervalRequest, report } from "./interval.ts";
import { chosenMethod, refuse } from "../request.ts";
import type { Found, PlanNote } from "../found.ts";
import type { CiReport } from "../schema.ts";

/** Compares two files of numbers, one a line. Throws FILE_NOT_FOUND, FILE_INVALID with the line, USAGE for too few values. */
export async function valuesInterval(
  cwd: string,
  files: { control: string; candidate: string },
  { alpha, method }: IntervalRequest,
): Promise<Found<CiReport>> {
  const chosen = chosenMethod(method, ["welch", "mann-whitney"]);
  const [control, candidate] = [await readValues(cwd, files.control), await readValues(cwd, files.candidate)];
  const common = {
    ...report(alpha),
    kind: "values" as const,
    n: { control: control.length, candidate: candidate.length },
  };
  if (chosen === "mann-whitney") {
    const { shift, interval, pValue, superiority, exact, tied } = mannWhitney(control, candidate, alpha);
    const notes: PlanNote[] = tied ? [{ code: "ties", exact }] : [];
    return { ...common, notes, method: chosen, estimate: shift, interval, pValue, exact, superiority };
  }
  const found =
    welch(control, candidate, alpha) ??
    refuse(
      "welch needs at least two values in each file, not all of them the same",
      "--method mann-whitney needs only one",
    );
  return {
    ...common,
    method: chosen,
    estimate: found.estimate,
    interval: found.interval,
    pValue: found.pValue,
    exact: false,
    superiority: null,
  };
}

/** Squares of these and their sums are numbers too. */
const [LEAST, MOST] = [1e-100, 1e100];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

async function readValues(cwd: string, file: string): Promise<number[]> {
  const text = await readFile(resolve(cwd, file), "utf8").catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    throw new AgentopsError("FILE_NOT_FOUND", `cannot read ${file}: ${code === "ENOENT" ? "no such file" : code}`, {
      cause: error,
    });
  });
  const values: number[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    const word = line.trim();
    if (word === "") continue;
    const value = NUMBER.test(word) ? Number(word) : Number.NaN;
    if (Number.isNaN(value)) throw notANumber(file, index + 1, word);
    const size = Math.abs(value);
    if (size > MOST || (size < LEAST && size > 0)) {
      throw new AgentopsError(
        "FILE_INVALID",
        `${file}:${index + 1}: ${shown(word)} is too ${size > MOST ? "large" : "close to 0"} to compute with`,
        { hint: "values may reach from 1e-100 to 1e100: take another unit" },
      );
    }
    values.push(value);
  }
  if (values.length === 0)
    throw new AgentopsError("FILE_INVALID", `${file} holds no number`, { hint: "one number a line" });
  return values;
}

function notANumber(file: string, line: number, word: string): AgentopsError {
  return new AgentopsError("FILE_INVALID", `${file}:${line}: not a number: "${shown(word)}"`, {
    hint: "one number a line",
  });
}

function shown(word: string): string {
  return printable(word.length > 40 ? `${word.slice(0, 40)}…` : word);
}
