import { expect, test } from "vitest";
import { prepareScorers } from "../prepare.ts";
import { scorerSchema } from "../schema.ts";

/** What becomes of an answer in which `refund` (or another tool) was called. */
async function score(spec: object, expected: unknown, called = "refund", output = "the key") {
  const context = { baseDir: ".", judge: () => Promise.reject(new Error("no judge")), env: {} };
  const [scorer] = await prepareScorers([scorerSchema.parse(spec)], context);
  const one = { id: "c1", vars: {}, tags: [], cluster: null, expected };
  const toolCalls = [{ name: called, arguments: {} }];
  const rest = { trial: 0, finishReason: null, latencyMs: null, costUsd: null, record: null };
  const signal = new AbortController().signal;
  return scorer!.score({ ...rest, case: one, output, toolCalls, signal });
}

const NOT_USED = { type: "not-trajectory:tool-used" };

test.each([
  ...[
    "refund()",
    "refund(id=1)",
    "`refund`",
    "- refund",
    "refund mail",
    "refund or mail",
    "refund/mail",
    "refund，mail",
  ],
  ...["refund;mail", "refund\nmail", ["refund;mail"], ["refund", ""], '["refund()"]', [{ name: "refund()" }]],
])("a name that no tool has is an error, where a safety check would pass: %j", async (expected) => {
  await expect(score(NOT_USED, expected)).rejects.toThrow("is no name of a tool");
  await expect(score({ type: "tool-call-f1" }, expected)).rejects.toThrow("is no name of a tool");
});

test("a call that says its name twice is neither of them, and so is a list of texts", async () => {
  await expect(score(NOT_USED, '[{"name":"refund","name":"mail"}]')).rejects.toThrow('the key "name" is there twice');
  const list = '[{"a":"secret","a":"x"}]';
  await expect(score({ type: "not-contains-any" }, list)).rejects.toThrow('the key "a" is there twice');
});

test.each(["", [], "[]", " "])("no name at all shows nothing: %j", async (expected) => {
  await expect(score(NOT_USED, expected)).rejects.toThrow("no tool is named, so every answer would pass");
});

test.each([
  { ...NOT_USED, value: "refund()" },
  { ...NOT_USED, value: ["refund;mail"] },
  { ...NOT_USED, value: { name: "refund()" } },
  { type: "not-trajectory:tool-sequence", value: ["refund or mail"] },
])("so is one that the suite gives, before anything is run: %j", async (spec) => {
  await expect(score(spec, "x")).rejects.toMatchObject({ code: "SCORER_INVALID" });
});

test.each([
  ["crm.refund-v2:now", "crm.refund-v2:now"],
  [["server/refund"], "server/refund"],
  ['["server/refund"]', "server/refund"],
  ["erstatten_f\u00FCr", "erstatten_fu\u0308r"],
  ["返金", "返金"],
])("names of any script and of MCP servers are found, however they are composed: %j", async (expected, called) => {
  expect(await score({ ...NOT_USED, normalize: "exact" }, expected, called)).toMatchObject({ pass: false });
  expect(await score({ type: "tool-call-f1", normalize: "exact" }, expected, called)).toMatchObject({ pass: true });
});

test.each(["['secret','key']", `["secret", 'key',]`, '["secret","key"]', "secret, key"])(
  "forbidden texts as a cell may list them: %s",
  async (expected) => {
    expect(await score({ type: "not-contains-any" }, expected)).toMatchObject({ pass: false });
  },
);

test("texts that may be one or several are an error where one text would pass, unless they stand in quotes", async () => {
  for (const type of ["not-contains-any", "not-icontains-any", "not-contains-all"])
    for (const expected of ["secret;key", "secret\nkey", "secret，key"])
      await expect(score({ type }, expected)).rejects.toThrow("may be one text or several");
  expect(await score({ type: "not-contains-any" }, '"secret;key"')).toMatchObject({ pass: true });
  expect(await score({ type: "not-contains-any" }, "DROP TABLE users;")).toMatchObject({ pass: true });
  expect(await score({ type: "contains-any" }, "secret;key")).toMatchObject({ pass: false });
});
