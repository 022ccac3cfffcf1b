import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { REPO } from "../../testing/project.ts";
import { offlineAnswers } from "./offline-answers.ts";

const text = readFileSync(join(REPO, "prompts", "support-triage.prompt.yml"), "utf8");
const cases = readFileSync(join(REPO, "fixtures", "support-triage.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/** Share of the sample's tickets that a version of the prompt routes as expected. */
function rightOf(prompt: string): number {
  const answer = offlineAnswers(parse(prompt));
  return cases.filter(({ vars, expected }) => answer(vars).output === expected).length;
}

test("a prompt fails by its own content: the sample's is right 82 times of 85, one that lost two queues far less", () => {
  expect(rightOf(text)).toBe(82);
  expect(rightOf(text.replace(/- (billing|returns):.*\n/g, ""))).toBeLessThan(65);
});

test("it answers at once and the same, and waits for nothing; what does not fit is an error", () => {
  const answer = offlineAnswers(parse(text));
  const said = answer({ ticket: "I was charged twice." }, 3);
  expect(said).toEqual({ output: "billing", latencyMs: expect.any(Number) });
  expect(answer({ ticket: "I was charged twice." }, 3)).toEqual(said);
  expect(() => answer({})).toThrow("ticket");
  expect(() => offlineAnswers({ name: "x" })).toThrow();
});
