import { expect, test } from "vitest";
import { versionIn } from "./refs.ts";

test.each([
  ["v7", "v7"],
  ["V7", "v7"],
  ["7", "v7"],
  ["triage@v7", "v7"],
  ["prompts/triage@v7", "v7"],
  ["prompts/other@v7", null],
  ["agents/triage@v7", null],
  ["vv7", null],
  ["v07", null],
  ["v0", null],
  ["stable", null],
  ["triage", null],
  ["", null],
])("%s of prompts/triage", (typed, version) => {
  expect(versionIn(typed, "prompts/triage")).toBe(version);
});
