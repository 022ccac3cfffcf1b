import { expect, test } from "vitest";
import { prepareScorers } from "./prepare.ts";
import { scorerSchema } from "./schema.ts";

async function passes(spec: object, expected: unknown, output: unknown) {
  const context = { baseDir: ".", judge: () => Promise.reject(new Error("no judge")), env: {} };
  const [scorer] = await prepareScorers([scorerSchema.parse(spec)], context);
  const input = { trial: 0, output, toolCalls: [], finishReason: null, latencyMs: null, costUsd: null, record: null };
  const one = { id: "c1", vars: {}, tags: [], cluster: null, expected };
  return (await scorer!.score({ ...input, case: one, signal: new AbortController().signal })).pass;
}

test.each([
  ...["equals", "contains", "icontains", "contains-all", "contains-any", "icontains-all", "icontains-any"],
  ...["starts-with", "regex", "numeric", "levenshtein", "rouge-n"],
])("%s: an empty expected text is met by an empty answer, and by no other", async (type) => {
  expect(await passes({ type }, "", "")).toBe(true);
  expect(await passes({ type }, "", "12")).toBe(false);
  expect(await passes({ type: `not-${type}` }, "", "12")).toBe(true);
});

test("so is an empty list of texts; a value of the suite is looked for as ever", async () => {
  expect(await passes({ type: "contains-all" }, [], "x")).toBe(false);
  expect(await passes({ type: "contains-any" }, [], "")).toBe(true);
  expect(await passes({ type: "contains", value: "x" }, "", "xy")).toBe(true);
  expect(await passes({ type: "word-count", max: 3 }, "", "xy")).toBe(true);
});
