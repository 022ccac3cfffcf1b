import { expect, test } from "vitest";
import { promptSchema } from "../schema.ts";
import { declaredVars, parseVars } from "./parse-vars.ts";

const read = promptSchema.parse({
  messages: [{ role: "user", content: "{{l}}" }],
  agentops: { owner: "o", input: { type: "object", properties: { l: { type: "array" }, n: { type: "integer" } } } },
});
const prompt = { ...read, name: "p" };

test("a declared list keeps the digits of an integer that no number holds, typed or in a cell", () => {
  const list = ["12345678901234567890", 3.1];
  expect(parseVars(prompt, ["l=[12345678901234567890, 3.10]"])).toEqual({ l: list });
  expect(declaredVars(prompt, { l: "[12345678901234567890, 3.10]", n: "7" })).toEqual({ l: list, n: 7 });
});
