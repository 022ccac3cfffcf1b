import { expect, test } from "vitest";
import { positionOf } from "./problems.ts";
import { readYaml } from "./yaml.ts";

const DEEP = "brackets within brackets, more than 500 deep";

test.each<[string, string, string]>([
  ["a key twice", "a: 1\nb: 2\na: 3\n", '3:1: the key "a" is there twice'],
  ["a key twice as JSON has it", '{"a": {"1": 1, 1: 2}}', '1:16: the key "1" is there twice'],
  ["an anchor within itself", "a: 1\nb: &b [*b]\n", "2:8: *b stands within what it is short for"],
  ["the same further down", "x: &x\n  y:\n    - z: *x\n", "3:10: *x stands within what it is short for"],
  ["__proto__", "a:\n  __proto__: 1\n", "2:3: a key cannot be called __proto__"],
  ["lists without end", `a: 1\nb: ${"[".repeat(100_000)}`, DEEP],
  ["dashes without end", `${"- ".repeat(3000)}x`, DEEP],
  ["deep through an alias", `a: &a ${"[".repeat(300)}${"]".repeat(300)}\nb: ${"[".repeat(300)}*a${"]".repeat(300)}`, `2:304: ${DEEP}`], // prettier-ignore
])("%s is a problem at its place", (_, text, says) => {
  const { yaml, problems } = readYaml(text, "f.yml");
  expect(yaml).toBeUndefined();
  expect(problems.map((p) => `${positionOf(p)}: ${p.message}`)).toEqual([expect.stringContaining(says)]);
});

test("an anchor that is used again, also where it stood, is none", () => {
  const text = "a: &a { b: 1 }\nc: [*a, *a]\nd: &d [*a]\ne: *d\n";
  expect(readYaml(text, "f.yml").yaml?.value).toEqual({ a: { b: 1 }, c: [{ b: 1 }, { b: 1 }], d: [{ b: 1 }], e: [{ b: 1 }] }); // prettier-ignore
});

test("one wrong bracket is a few problems and how many more, not one a line", () => {
  const { problems } = readYaml(`a: [\n${"{ id: x, q: y },\n".repeat(50)}]\nb: 1\n`, "f.yml");
  expect(problems).toHaveLength(4);
  expect(problems.at(-1)).toMatchObject({ message: expect.stringMatching(/^and \d+ more from here on, which the first may be the cause of$/) }); // prettier-ignore
});
