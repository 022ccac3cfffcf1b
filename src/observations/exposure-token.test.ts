import { expect, test } from "vitest";
import { exposureToken, minuteOf, servedAtOf } from "./exposure-token.ts";

test("a token says when it was served, another's name says nothing", () => {
  const at = "2026-11-30T02:33:04.567Z";
  expect(servedAtOf(exposureToken(Date.parse(at), "a1B_9", 46_656))).toBe(at);
  for (const name of ["", "checkout-42", "0198-aa", "zzzzzzzzz-a-b-c", "lk2j3h4-é-1"])
    expect(servedAtOf(name)).toBe(null);
});

test("a minute is one since 1970, in any offset", () => {
  expect(minuteOf("1970-01-01T00:01:59.999Z")).toBe(1);
  expect(minuteOf("2026-11-30T03:33:00+01:00")).toBe(minuteOf("2026-11-30T02:33:59.999Z"));
});
