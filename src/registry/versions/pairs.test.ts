import { expect, test } from "vitest";
import { movesIn } from "./pairs.ts";

const ID = { x: "1".repeat(40), y: "2".repeat(40), none: "0".repeat(40) };
type Text = keyof typeof ID;
const P = "prompts/p.prompt.yml";

/** As `git diff-tree --stdin -z -M --raw` says it. */
const raw = (is: string, before: Text, after: Text, ...paths: string[]) =>
  [`:100644 100644 ${ID[before]} ${ID[after]} ${is}`, ...paths.map((path) => `${path}/${P}`), ""].join("\0");
const gone = (folder: string, text: Text = "x") => raw("D", text, "none", folder);
const made = (folder: string, text: Text = "x") => raw("A", "none", text, folder);
const moved = (from: string, to: string, text: Text = "x") => raw(text === "x" ? "R100" : "R090", "x", text, from, to);

test.each<[string, string[], string, string | null]>([
  ["git's pair", [moved("a", "old/a")], "old/a", "a"],
  ["a copy that git took for the move", [moved("a", "d"), made("old/a")], "old/a", "a"],
  ["that copy itself", [moved("a", "d"), made("old/a")], "d", null],
  ["a twin that was deleted, which git took", [moved("c", "y/a"), gone("a")], "y/a", "a"],
  ["twins that moved together, crossed by git", [moved("in/a", "out/b"), moved("in/b", "out/a")], "out/b", "in/b"],
  ["one of two that are as near", [moved("c", "x"), gone("a")], "x", "c or a?"],
  ["two copies that are as near", [moved("a", "x"), made("d")], "d", "a?"],
  ["an edited file", [moved("a", "x", "y")], "x", "a"],
  ["an edited file, of twins", [moved("c", "old/a", "y"), gone("a")], "old/a", "a"],
  ["another text is no twin", [moved("a", "x"), gone("c", "y"), made("z", "y")], "x", "a"],
  ["a new file", [made("x")], "x", null],
])("a move by %s", (_, changes, to, from) => {
  const said = `${"c".repeat(40)}\0${changes.join("")}`;
  const found = movesIn(said, [`${to}/${P}`]).map(
    (move) => move.from.map((path) => path.replace(`/${P}`, "")).join(" or ") + (move.isClear ? "" : "?"),
  );
  expect(found).toEqual(from === null ? [] : [from]);
});

test("a file whose ending changed is where it was", () => {
  const said = `${"c".repeat(40)}\0:100644 100644 ${ID.x} ${ID.x} R100\0a/${P}\0a/prompts/p.prompt.yaml\0`;
  expect(movesIn(said, ["a/prompts/p.prompt.yaml"])).toEqual([
    { from: [`a/${P}`], to: "a/prompts/p.prompt.yaml", commit: "c".repeat(40), isClear: true },
  ]);
});
