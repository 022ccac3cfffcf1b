import { describe, expect, test } from "vitest";
import type { ModelResult } from "../../models/client/client.ts";
import { prepareScorers } from "../prepare.ts";
import { scorerSchema } from "../schema.ts";
import { fill } from "./fill.ts";

const VARS = { input: "2+2", expected: "Four", list: [1, 2], evil: "{{expected}}", none: "" };

async function scored(spec: object, output: unknown, says = "") {
  const result = { output: says, costUsd: 0.5, retryCostUsd: 0, attempts: 1 } as ModelResult;
  const judge = (pin: string) =>
    Promise.resolve({
      ...{ pin, kind: "test", cacheable: true, remote: false },
      generate: () => Promise.resolve(result),
      close: () => Promise.resolve(),
    });
  const [scorer] = await prepareScorers([scorerSchema.parse(spec)], { baseDir: "/", judge, env: {} });
  const evalCase = { id: "c", vars: VARS, tags: [], cluster: null };
  const input = { case: evalCase, trial: 0, output, toolCalls: [], finishReason: null, latencyMs: null, costUsd: null };
  return scorer!.score({ ...input, record: null, signal: new AbortController().signal });
}

describe("string evaluators of GitHub Models", () => {
  test.each<[string, object, unknown, boolean]>([
    ["equals minds case", { equals: "four" }, "Four", false],
    ["equals takes white space off the answer", { equals: "Four" }, "\n Four \n", true],
    ["equals does not take it off what is looked for", { equals: "Four\n" }, "Four\n", false],
    ["equals is of the whole answer", { equals: "Four" }, "Four.", false],
    ["contains ignores case", { contains: "FOUR" }, "it is four", true],
    ["startsWith ignores case", { startsWith: "IT" }, " it is four", true],
    ["endsWith ignores case", { endsWith: "Four" }, "it is FOUR\n", true],
    ["a variable stands for its value", { equals: "{{expected}}" }, "Four", true],
    ["a variable in blanks too", { contains: "<{{ input }}>" }, "<2+2>", true],
    ["a list prints as JSON", { contains: "{{list}}" }, "[1,2]", true],
    ["a value is no template", { equals: "{{evil}}" }, "{{expected}}", true],
    ["the empty text is in every answer", { contains: "{{none}}" }, "Four", true],
    ["and begins it", { startsWith: "{{none}}" }, "Four", true],
    ["and equals the empty one alone", { equals: "{{none}}" }, "Four", false],
    ["which it does", { equals: "{{none}}" }, " ", true],
    ["other letters fold too", { contains: "ÄRGER" }, "großer Ärger", true],
  ])("%s", async (_, rules, output, pass) => {
    expect(await scored({ type: "github:string", ...rules }, output)).toMatchObject({ pass, score: Number(pass) });
  });

  test.each<[string, object, RegExp]>([
    ["nothing to look for", {}, /give one of equals, contains, startsWith, endsWith/],
    ["two rules", { contains: "a", equals: "b" }, /equals and contains: write an evaluator for each/],
    ["an unknown variable", { contains: "{{nope}}" }, /no variable "nope" \(known: input/],
  ])("%s is refused", async (_, rules, why) => {
    await expect(async () => scored({ type: "github:string", ...rules }, "x")).rejects.toThrow(why);
  });
});

describe("llm evaluators of GitHub Models", () => {
  const SPEC = {
    ...{ type: "github:llm", model: "acme/j", prompt: "Is {{completion}} {{expected}}?" },
    choices: [{ choice: "yes", score: 1 }, { choice: "Partly", score: 0.5 }, { choice: "no", score: 0 }], // prettier-ignore
  };
  test.each<[string, string, object]>([
    ["a choice is found in any case", "I say: YES.", { pass: true, score: 1 }],
    ["above 0 passes", "partly", { pass: true, score: 0.5 }],
    ["0 does not", "No", { pass: false, score: 0 }],
    [
      "the first of the list wins, wherever it stands",
      "no, not yes",
      { pass: true, reason: expect.stringMatching(/further down the list: no/) },
    ],
  ])("%s", async (_, says, score) => {
    expect(await scored(SPEC, "4", says)).toMatchObject({ ...score, costUsd: 0.5 });
  });

  test("scores above 1 are shares of the best", async () => {
    const choices = [1, 2, 3, 4, 5].map((n) => ({ choice: `${n}`, score: n }));
    expect(await scored({ ...SPEC, choices }, "4", "4 stars")).toMatchObject({ pass: true, score: 0.8 });
  });

  test("none of them is the judge's error, after it was asked twice", async () => {
    await expect(scored(SPEC, "4", "maybe")).rejects.toMatchObject({ spentUsd: 1, attempts: 2 });
  });
});

test("a template is filled once", () => {
  expect(fill("{{a}}{{ a }} {b} {{", { a: "{{b}}" })).toBe("{{b}}{{b}} {b} {{");
});
