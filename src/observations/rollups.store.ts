import { batchInto } from "../state/batch.ts";
import { raw, rowsOf, type Value } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";

const SUMS = ["n", "succeeded", "latencyN", "latencyMs", "costN", "costUsd", "safetyN", "unsafe"] as const;
const HOUR = ["environment", "target", "version", "hour", "shadow"] as const;
const MINUTE = ["environment", "target", "minute", "version", "shadow"] as const;
const DELAY = ["environment", "target", "version", "day", "success", "bucket"] as const;

export const addHours = batchInto("outcomes", {
  columns: [...HOUR, ...SUMS],
  key: HOUR,
  onConflict: "add",
  sums: SUMS,
});

/** What was served, `exposed`, is counted by whoever serves. */
export const addMinutes = batchInto("outcomeMinutes", {
  columns: [...MINUTE, "exposed", ...SUMS],
  key: MINUTE,
  onConflict: "add",
  sums: SUMS,
});

export const addDelays = batchInto("delays", {
  columns: [...DELAY, "n"],
  key: DELAY,
  onConflict: "add",
  sums: ["n"],
});

interface Added {
  byMinute: readonly (readonly Value[])[];
  byHour: readonly (readonly Value[])[];
  late: readonly (readonly Value[])[];
}

/** Rows that something was taken from and nothing is left in: whatever the order of lines, the same rows are there. */
export async function dropEmpty(tx: Tx, { byMinute, byHour, late }: Added): Promise<void> {
  const drop = async (table: string, key: readonly string[], rows: Added["late"], n: number, also = "") => {
    const where = key.map((column, i) => `"${column}" = $${i + 1}`).join(" AND ");
    for (const row of rows.filter((each) => Number(each[n]) < 0))
      await rowsOf(tx, raw(`DELETE FROM "${table}" WHERE ${where} AND n = 0${also}`, ...row.slice(0, key.length)));
  };
  await drop("outcomeMinutes", MINUTE, byMinute, MINUTE.length + 1, " AND exposed = 0");
  await drop("outcomes", HOUR, byHour, HOUR.length);
  await drop("delays", DELAY, late, DELAY.length);
}
