import { describe, expect, test } from "vitest";
import { cohortFinder, cohortsServed } from "./cohorts.ts";

const COHORTS = [
  { name: "testers", units: ["ada", "eve@example.com", "bob@other.org"] },
  { name: "internal", domain: "Example.com" },
  { name: "partners", units: ["ada", "zoe", "ann@example.com"] },
];
const find = cohortFinder(COHORTS);

describe("a unit's cohort", () => {
  test.each<[string, string, string | undefined]>([
    ["by itself", "zoe", "partners"],
    ["by its domain", "joe@example.com", "internal"],
    ["whatever the case of the domain", "joe@EXAMPLE.Com", "internal"],
    ["by what stands behind the last @", '"a@b"@example.com', "internal"],
    ["the first of several", "ada", "testers"],
    ["the first of several by both ways", "eve@example.com", "testers"],
    ["the first of several by both ways, the other way round", "ann@example.com", "internal"],
    ["no subdomain", "joe@mail.example.com", undefined],
    ["no domain that ends alike", "joe@notexample.com", undefined],
    ["nobody before the @", "@example.com", undefined],
    ["the domain itself", "example.com", undefined],
    ["a unit is what it is: case counts", "Ada", undefined],
    ["nor what a list has of another domain in", "joe@other.org", undefined],
    ["anybody else", "u1", undefined],
  ])("%s: %s", (_, unit, expected) => {
    const place = find(unit);
    expect(place === undefined ? undefined : COHORTS[place]?.name).toBe(expected);
  });

  test("of no cohorts is none", () => expect(cohortFinder([])("ada")).toBeUndefined());
});

test.each<[string, string, number, string | null, string[]]>([
  ["before the start, nobody", "pending", 0, null, []],
  ["in shadow, nobody", "shadow", 0, null, []],
  ["in a pause of the shadow, nobody", "paused", 0, "shadow", []],
  ["the first at its step", "progressing", 0, null, ["testers"]],
  ["a pause changes nothing", "inconclusive", 1, "progressing", ["testers", "internal"]],
  ["each beside those before it", "progressing", 2, null, ["testers", "internal", "partners"]],
  ["all of them at the weights", "promoting", 6, null, ["testers", "internal", "partners"]],
])("who is served: %s", (_, phase, step, pausedFrom, names) => {
  const served = cohortsServed({ plan: { cohorts: COHORTS }, state: { phase, step, pausedFrom } });
  expect(served.map(({ name }) => name)).toEqual(names);
  expect(cohortsServed({ plan: {}, state: { phase, step, pausedFrom } })).toEqual([]);
});
