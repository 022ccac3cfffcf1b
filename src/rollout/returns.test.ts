import { describe, expect, test } from "vitest";
import { addReturns, areReturnsDue, type ReturnRow, type ReturnsEvidence } from "./returns.ts";

const PLAN = { deadlineMs: 14 * 86_400_000 };
const HOUR = 500_000;
const row = (arm: ReturnRow["arm"], n: number, good: number, more: Partial<ReturnRow> = {}): ReturnRow => {
  return { look: 1, hour: HOUR, class: "10.1", arm, n, good, ...more };
};
/** Looks of an hour that had no break: a hundred of the control, ten of the candidate, 95 % of both. */
const calm = (looks = 5): ReturnsEvidence | undefined =>
  Array.from({ length: looks }).reduce<ReturnsEvidence | undefined>((before) => addReturns(before, [row("control", 100, 95), row("candidate", 10, 9)], PLAN), undefined); // prettier-ignore
const logAfter = (...looks: ReturnRow[][]) =>
  looks.reduce<ReturnsEvidence | undefined>((before, rows) => addReturns(before, rows, PLAN), calm())?.logE ?? 0;

describe("failures of the candidate", () => {
  const next = { hour: HOUR + 1 };
  test.each<[string, ReturnRow[], boolean]>([
    ["the control stays as it was", [row("control", 100, 95, next), row("candidate", 40, 10, next)], true],
    ["the control fails as well in the same look", [row("control", 100, 25, next), row("candidate", 40, 10, next)], false],
    ["they are units that always failed", [row("control", 100, 95, next), row("candidate", 40, 10, { ...next, class: "10.4" })], false],
    ["of new units", [row("control", 100, 95, { ...next, class: "0" }), row("candidate", 40, 10, { ...next, class: "0" })], true],
    ["with no control beside them, when all of them fail", [row("candidate", 40, 0, { ...next, class: "10.1!" })], true],
    ["with no control beside them, when a fifth fails", [row("candidate", 40, 32, { ...next, class: "10.1!" })], false],
    ["that are only shown", [row("candidate", 40, 10, { ...next, class: "-" })], false],
  ])("%s: %s", (_, rows, isBreak) => expect(logAfter(rows) > 3).toBe(isBreak)); // prettier-ignore
});

test("known failures of a weight that just began are no break where the control's there are as many", () => {
  const at = (weight: number) => ({ hour: HOUR + 1, class: `0@${weight}` });
  const before = addReturns(undefined, [row("control", 900, 855, at(0.05)), row("candidate", 45, 43, at(0.05))], PLAN);
  // Successes of the first weight go on to come in, of the second one only failures are known.
  const looks = Array.from({ length: 6 }, () => [row("control", 95, 95, at(0.05)), row("candidate", 5, 5, at(0.05)), row("control", 4, 0, at(0.25)), row("candidate", 1, 0, at(0.25))]); // prettier-ignore
  const after = looks.reduce((its, rows) => addReturns(its, rows, PLAN), before);
  expect(after?.logE).toBeLessThan(1);
  const alone = looks.reduce((its, rows) => addReturns(its, rows.map((one) => ({ ...one, class: "0@0.05" })), PLAN), before); // prettier-ignore
  expect(alone?.logE).toBeGreaterThan(after?.logE ?? 0);
});

test("both arms are shown with all of their requests", () => {
  const { control, candidate } = addReturns(calm(1), [row("candidate", 5, 5, { class: "-" })], PLAN) as ReturnsEvidence;
  expect([control, candidate]).toEqual([{ n: 100, good: 95 }, { n: 15, good: 14 }]); // prettier-ignore
});

test("the order of the rows does not matter, and an hour that comes late is no hour back", () => {
  const rows = [row("control", 50, 48, { class: "0" }), row("control", 50, 40), row("candidate", 9, 8), row("candidate", 3, 1, { class: "0" })]; // prettier-ignore
  expect(addReturns(calm(), [...rows].reverse(), PLAN)?.logE).toBeCloseTo(
    addReturns(calm(), rows, PLAN)?.logE ?? 1,
    12,
  );
  const late = addReturns(calm(), [row("candidate", 3, 3, { hour: HOUR - 5 })], PLAN);
  expect([late?.hour, late?.first]).toEqual([HOUR, HOUR]);
});

test("a look is due after five of the candidate, and of many after a share of the last hours", () => {
  const due = (n: number, before?: ReturnsEvidence) => areReturnsDue([row("candidate", n, n), row("control", 500, 500)], before); // prettier-ignore
  expect([due(4), due(5), due(5, calm(50)), due(20, calm(50))]).toEqual([false, true, false, true]);
});
