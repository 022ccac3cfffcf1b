import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readContent } from "../../registry/git/blob.ts";
import { readCases } from "./cases.ts";
import { readRecords } from "./records.ts";

const folder = mkdtempSync(join(tmpdir(), "records-"));

function dataFile(name: string, text: string | Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, text);
  const blank: number[] = [];
  return { file: name, path, blanks: blank, blank: (line: number) => blank.push(line) };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("cases", () => {
  const wanted = { id: "1", vars: { ticket: "late", answer: "x" }, expected: "shipping", tags: [], cluster: null };
  it.each([
    ["k.csv", "id,ticket,answer,expected\n1,late,x,shipping\n"],
    ["k.jsonl", '{"id":"1","ticket":"late","answer":"x","expected":"shipping"}\n'],
    ["k1.jsonl", '{"id":"1","vars":{"ticket":"late","answer":"x"},"expected":"shipping"}\n'],
    ["k.yaml", '- { id: "1", ticket: late, answer: x, expected: shipping }\n'],
  ])("what is no key of ours is a variable, in every kind of file: %s", async (file, text) => {
    expect((await all(readCases(dataFile(file, text)))).map((each) => each.case)).toEqual([wanted]);
  });

  it("another tool's word for vars is told, and beside vars nothing is a variable", async () => {
    const told = (text: string) => all(readCases(dataFile("w.jsonl", text)));
    await expect(told('{"id":"1","inputs":{"ticket":"late"}}\n')).rejects.toThrow("did you mean vars?");
    await expect(told('{"id":"1","vars":{},"expcted":"x"}\n')).rejects.toThrow("did you mean expected?");
  });
});

describe("tables", () => {
  const row = { id: "1", q: "a, b; c", expected: "x" };
  const cases: Record<string, [file: string, text: string, lines: number[], blank: number[]]> = {
    commas: ["a.csv", 'id,q,expected\n1,"a, b; c",x\n', [2], []],
    semicolons: ["b.csv", 'id;q;expected\r\n1;"a, b; c";x\r\n', [2], []],
    tabs: ["c.csv", "id\tq\texpected\n1\ta, b; c\tx\n", [2], []],
    "a file of tabs by its name": ["d.tsv", "id\tq\texpected\n1\ta, b; c\tx\n", [2], []],
    "a byte order mark, and quoted names": ["e.csv", '\uFEFF"id";"q";"expected"\n1;"a, b; c";x\n', [2], []],
    "a delimiter that a first line names": ["f.csv", "sep=|\r\nid|q|expected\r\n1|a, b; c|x\r\n", [3], []],
    "rows of bare commas": ["g.csv", 'id,q,expected\r\n,,\r\n1,"a, b; c",x\r\n,,\r\n"", ,\r\n', [3], [2, 4, 5]],
    "rows of bare semicolons": ["h.csv", 'id;q;expected\n1;"a, b; c";x\n;;\n;;', [2], [3, 4]],
  };
  it.each(Object.entries(cases))("%s", async (_, [file, text, lines, blank]) => {
    const data = dataFile(file, text);
    expect(await all(readRecords(data))).toEqual(lines.map((line) => ({ value: row, line, flat: true })));
    expect(data.blanks).toEqual(blank);
  });

  const conflict = "<<<<<<< HEAD\n1,a\n=======\n1,b\n>>>>>>> other\n";
  it.each([
    ["u.csv", `id,q\n${conflict}`, "u.csv:2"],
    ["u1.csv", "q\na\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n", "u1.csv:3"],
    ["u.jsonl", `{"id":"1"}\n${conflict}`, "u.jsonl:2"],
    ["u.yaml", `- { id: 1 }\n${conflict}`, "u.yaml:2:1"],
  ])("a merge conflict is no row: %s", async (file, text, place) => {
    const read = all(readRecords(dataFile(file, text)));
    await expect(read).rejects.toMatchObject({ code: "DATASET_INVALID", message: expect.stringContaining(`${place}: a merge conflict`) as string }); // prettier-ignore
  });

  it("a cell may hold one", async () => {
    const cell = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x";
    const rows = await all(readRecords(dataFile("cell.csv", `id,q\n1,"see\n${cell}"\n`)));
    expect(rows[0]?.value).toEqual({ id: "1", q: `see\n${cell}` });
  });

  it.each([
    ["id,q (a; b; c; d)\n1,x\n", { id: "1", "q (a; b; c; d)": "x" }],
    ['id,"a;b;c"\n1,x\n', { id: "1", "a;b;c": "x" }],
    ["frage;antwort, kurz;quelle\na;b;c\n", { frage: "a", "antwort, kurz": "b", quelle: "c" }],
    ["q\na\n", { q: "a" }],
  ])("a delimiter inside of a name is none: %j", async (text, value) => {
    expect((await all(readRecords(dataFile("n.csv", text))))[0]?.value).toEqual(value);
  });

  it("a broken one is told with its line", async () => {
    const data = dataFile("x.csv", 'sep=;\nid;q\n1;a\n2;"b\n');
    await expect(all(readRecords(data))).rejects.toThrow(/^x\.csv:4: broken CSV/);
  });

  it("every byte is shown to who hashes them, once", async () => {
    const text = `id;q\n${`1;${"a".repeat(200)}\n`.repeat(3000)}`;
    const [reader, plain] = [readContent(), readContent()];
    await all(readRecords({ ...dataFile("big.csv", text), reader }));
    plain.take(Buffer.from(text));
    expect(reader.content()).toEqual(plain.content());
  });
});

describe("lines", () => {
  it("end at a line feed only", async () => {
    const data = dataFile("a.jsonl", '\uFEFF{"id":"a\u2028b"}\r\n\n{"id":"c\u2029d"}\n{"id":"é"}');
    const found = await all(readCases(data));
    expect(found.map(({ case: one, line }) => [one.id, line])).toEqual([
      ["a\u2028b", 1],
      ["c\u2029d", 3],
      ["é", 4],
    ]);
  });

  it("may be longer than what is read at once, and split a letter", async () => {
    const long = "é".repeat(300_000);
    const found = await all(readRecords(dataFile("b.jsonl", `{"q":"${long}"}\n{"q":"x${long}"}\n`)));
    expect(found.map(({ value }) => (value as { q: string }).q)).toEqual([long, `x${long}`]);
  });
});
