import { expect, test } from "vitest";
import { planOf } from "../rollout/plan.ts";
import { PLAN } from "../testing/rollout.ts";
import { returnsCounter } from "./returns.ts";

const NEW = { hour: null, hourN: 0, hourGood: 0, beforeN: 0, beforeGood: 0 };
const at = (hour: number) => new Date(Date.UTC(2026, 10, 21, hour, 30)).toISOString();

/** Requests of one unit by hour, as `class: n, good` in the order they were first counted in. */
function counted(requests: [hour: number, good: number][], { plan = planOf({}), weight = 0.5 } = {}): string[] {
  const counter = returnsCounter({ seq: 1, look: 1, plan });
  const unit = { ...NEW };
  for (const [hour, success] of requests)
    counter.count(unit, { weight, candidate: true, outcomes: { success } }, at(hour));
  return counter
    .rows()
    .map(([, , hour, its, , n, good]) => `${Number(hour) % 24} ${String(its)}: ${Number(n)}, ${Number(good)}`);
}
const many = (hour: number, n: number, good: number) =>
  Array.from({ length: n }, (_, i): [number, number] => [hour, Number(i < good)]);

test.each<[string, [number, number][], string[]]>([
  ["the first is one of a unit that was never seen, more of that hour are only shown", many(1, 5, 5), ["1 0@0.5: 1, 1", "1 -: 4, 4"]],
  ["the next hour it has a history, and a request speaks for no more than that had", [...many(1, 2, 2), ...many(2, 5, 0)], ["1 0@0.5: 1, 1", "1 -: 1, 1", "2 1.0@0.5: 2, 0", "2 -: 3, 0"]],
  ["an hour that was much worse is no part of it", [...many(1, 4, 4), ...many(2, 3, 0), ...many(3, 1, 0)], ["1 0@0.5: 1, 1", "1 -: 3, 3", "2 3.0@0.5: 2, 0", "2 -: 1, 0", "3 3.0@0.5: 1, 0"]],
  ["one that failed from the start is known for it", [...many(1, 4, 0), ...many(2, 1, 0)], ["1 0@0.5: 1, 0", "1 -: 3, 0", "2 3.3@0.5: 1, 0"]],
  ["a clock that is behind begins no hour", [...many(2, 1, 1), ...many(1, 1, 1)], ["2 0@0.5: 1, 1", "1 -: 1, 1"]],
])("%s", (_, requests, expected) => expect(counted(requests)).toEqual(expected)); // prettier-ignore

test("at a weight of 1 the class says that no control is beside it", () => {
  expect(counted([...many(1, 1, 1), ...many(2, 1, 1)], { weight: 1 })).toEqual(["1 0!: 1, 1", "2 1.0!: 1, 1"]);
});

test("without an alarm in its plan nothing is counted", () =>
  expect(counted(many(1, 3, 3), { plan: PLAN })).toEqual([]));
