import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { checkedBytes, decodeText, linesOf } from "./utf8.ts";

const LATIN1 = Buffer.from("a\ncaf\xe9 b\n\r\nlast", "latin1");

/** The same bytes in pieces of so many. */
const inPieces = (bytes: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
  );

async function lines(bytes: Buffer, size: number) {
  const found = [];
  for await (const some of linesOf(inPieces(bytes, size))) found.push(...some);
  return found;
}

test.each([1, 2, 3, 1000])("lines however the bytes are cut (%i): letters whole, U+2028 within them", async (size) => {
  const text = "\uFEFFä\r\n\n€ 5\u2028x\n \n🙂";
  expect(await lines(Buffer.from(text), size)).toEqual([
    { text: "ä", line: 1 },
    { text: "€ 5\u2028x", line: 3 },
    { text: "🙂", line: 5 },
  ]);
});

test.each([1, 4, 1000])("a line that is not UTF-8 says where, the others are read (%i)", async (size) => {
  const [first, bad, last, ...more] = await lines(LATIN1, size);
  expect([first, last, more]).toEqual([{ text: "a", line: 1 }, { text: "last", line: 4 }, []]);
  expect(bad).toMatchObject({ line: 2, bad: { line: 2, column: 4, message: "not UTF-8: the byte 0xE9" } });
});

test.each([1, 1000])("bytes are passed on up to what is wrong with them (%i)", async (size) => {
  const read = async () => {
    for await (const piece of checkedBytes(inPieces(LATIN1, size), "f.csv", "DATASET_INVALID")) expect(piece).toEqual(Buffer.from("a\n")); // prettier-ignore
  };
  await expect(read()).rejects.toMatchObject({
    code: "DATASET_INVALID",
    message: "f.csv:2:4: not UTF-8: the byte 0xE9",
  });
});

test.each<[string, Buffer, string]>([
  ["a letter of another encoding", Buffer.from("ok: 1\nx: \xe9", "latin1"), "f:2:4: not UTF-8: the byte 0xE9"],
  ["a letter that ends too early", Buffer.from([0x61, 0xe2, 0x82]), "f:1:2: not UTF-8: the byte 0xE2"],
  ["what PowerShell's > writes", Buffer.from("\uFEFFa: 1\n", "utf16le"), "f:1:1: not UTF-8: it is UTF-16"],
  ["half of a surrogate pair", Buffer.from([0x61, 0xed, 0xa0, 0x80]), "f:1:2: not UTF-8: the byte 0xED"],
])("a whole text: %s", (_, bytes, message) => {
  expect(() => decodeText(bytes, "f")).toThrow(message);
});

test.each([
  ["version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1\n", "a Git LFS pointer"],
  ["/annex/objects/SHA256E-s1--4d7a.csv\n", "a git-annex pointer"],
  ["\0GITCRYPT\0\x8f\xff\xfe", "encrypted"],
  ["U2FsdGVkX1/abc\n", "encrypted"],
])("what stands in a file's place is no content, whole, as lines or as bytes: %j", async (text, message) => {
  const bytes = Buffer.from(text, "latin1");
  expect(() => decodeText(bytes, "f")).toThrow(`f:1:1: ${message}`);
  for (const size of [1, 1000]) {
    expect(await lines(bytes, size)).toMatchObject([{ text: "", bad: { message: expect.stringContaining(message) as string } }]); // prettier-ignore
    const read = checkedBytes(inPieces(bytes, size), "f", "DATASET_INVALID");
    await expect(read.next()).rejects.toMatchObject({ code: "DATASET_INVALID" });
  }
});

test("a byte order mark is no part of a text, and U+FFFD may be one", () => {
  expect(decodeText(Buffer.from("\uFEFFa\uFFFD"), "f")).toBe("a\uFFFD");
});
