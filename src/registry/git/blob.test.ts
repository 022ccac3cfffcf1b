import { describe, expect, test } from "vitest";
import { execa } from "execa";
import { cleanEnv, git, put, tempProject } from "../../testing/project.ts";
import { blobNames, contentOf, pointerName, readContent } from "./blob.ts";

function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const hashed = async (dir: string, bytes: Uint8Array) =>
  (await execa("git", ["hash-object", "--no-filters", "--stdin"], { cwd: dir, input: bytes, env: cleanEnv(), extendEnv: false })).stdout; // prettier-ignore

describe("the names git has for bytes", () => {
  test.each([
    ["nothing", ""],
    ["LF", "a\nb\n"],
    ["CRLF", "a\r\nb\r\n\r\n"],
    ["both, and a CR alone", "a\r\nb\nc\rd\r\r\ne"],
    ["a CR at the end", "a\r\nb\r"],
    ["another alphabet", "é\r\n日本\r\n"],
    ["bytes that are no text", "a\0b\r\n"],
  ])("%s, however it is read", async (_, text) => {
    const dir = tempProject();
    await git(dir, "init", "-q");
    const bytes = Buffer.from(text);
    const lf = text.includes("\0") ? bytes : Buffer.from(text.replaceAll("\r\n", "\n"));
    const expected = { bytes: await hashed(dir, bytes), lf: await hashed(dir, lf) };
    for (const size of [1, 2, 3, 1000]) {
      const reader = readContent();
      for (const chunk of inChunks(bytes, size)) reader.take(chunk);
      const content = reader.content();
      expect(content).toEqual(contentOf(bytes));
      expect(await blobNames(inChunks(bytes, size), content, "sha1")).toEqual(expected);
    }
  });

  test("are not said of a file that changed since it was read", async () => {
    const content = contentOf(Buffer.from("honest\n"));
    expect(await blobNames([Buffer.from("better\n")], content, "sha1")).toBeNull();
    expect(await blobNames([Buffer.from("honest\n!")], content, "sha1")).toBeNull();
    expect(await blobNames([Buffer.from("honest\n")], content, "sha256")).toMatchObject({
      bytes: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("in Git LFS are those of its pointer", async () => {
    const dir = tempProject();
    await git(dir, "init", "-q");
    // The pointer of the specification's own example, and of an empty file, which is kept as it is.
    put(dir, "empty", "");
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d7a2146".repeat(8)}\nsize 12345\n`;
    const content = { sha256: "4d7a2146".repeat(8), size: 12345, crlf: 0 };
    expect(pointerName(content, "sha1")).toBe(await hashed(dir, Buffer.from(pointer)));
    expect(pointerName(contentOf(Buffer.alloc(0)), "sha1")).toBe(await git(dir, "hash-object", "empty"));
  });
});
