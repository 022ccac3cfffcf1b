import { expect, test } from "vitest";
import { columns } from "./table.ts";

test("a long table looks as a short one does, and takes no time that grows with its square", () => {
  const row = (i: number) => [`v${i}`, i % 2 === 0 ? "\u001b[1mbold\u001b[22m" : "é", "last"];
  const plain = (text: string) => text;
  const short = columns(["version", "b", "c"], Array.from({ length: 400 }, (_, i) => row(1000 + i)), plain).split("\n"); // prettier-ignore
  const long = columns(["version", "b", "c"], Array.from({ length: 9000 }, (_, i) => row(1000 + i)), plain).split("\n"); // prettier-ignore
  expect(long).toHaveLength(9001);
  expect(long.slice(0, 401)).toEqual(short);
});
