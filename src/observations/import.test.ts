import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { promoted } from "../testing/rollout.ts";
import { newStoreAddress, withStore } from "../testing/store.ts";
import { importObservations } from "./import.ts";
import { recorderFor } from "./record.ts";
import type { Unknown } from "./unknown.ts";

const line = (more: object = {}) => JSON.stringify({ target: "prompts/x", version: "v1", success: true, ...more });

interface Source {
  text: string;
  /** Where the text is cut into pieces. */
  every?: number;
  rereadable?: boolean;
  skipInvalid?: boolean;
  strict?: boolean;
  encoding?: BufferEncoding;
  environment?: string;
  onUnknown?: (unknown: Unknown) => void;
  onMoved?: (id: string) => void;
}

async function importer() {
  const store = await newStoreAddress();
  await withStore(store, (open) => promoted(open, { version: "v1" }));
  return ({
    text,
    every = 7,
    rereadable = true,
    skipInvalid = false,
    strict = false,
    encoding = "utf8",
    environment = "production",
    onUnknown = () => undefined,
    onMoved = () => undefined,
  }: Source) => {
    const bytes = Buffer.from(text, encoding);
    const pieces = () =>
      Array.from({ length: Math.ceil(bytes.length / every) }, (_, i) => bytes.subarray(i * every, (i + 1) * every));
    return importObservations({
      recorder: recorderFor,
      ...{
        name: "in.jsonl",
        rereadable,
        skipInvalid,
        strict,
        onUnknown,
        onMoved,
        store,
        environment,
        clock: systemClock,
      },
      ...{ open: () => Readable.from(pieces()), signal: new AbortController().signal, onProgress: () => undefined },
    });
  };
}

describe("importing lines", () => {
  test("any line end, blank lines, a byte order mark, no end; repeats and unknown versions are counted", async () => {
    const run = await importer();
    const text = `\uFEFF${line({ id: "a" })}\r\n\n  \n${line({ id: "b", version: "v9" })}\n${line({ id: "a", unit: "é👩‍💻" })}`;
    expect(await run({ text })).toMatchObject({ recorded: 2, corrected: 1, unknown: 1, invalid: 0, env: "production" });
    expect(await run({ text })).toMatchObject({ recorded: 0, repeated: 3, unknown: 0 });
  });
  const BAD: [string, string][] = [
    ['{"target": nothing}', "in.jsonl:2:1: not a JSON object"],
    [line({ sucess: true }), `in.jsonl:2:53: unknown key "sucess" (did you mean success?)`],
    [line({ latencyMs: -1 }), "in.jsonl:2:53: latencyMs: Too small: expected number to be >=0"],
    [line({ version: 7 }), "in.jsonl:2:23: version: expected string, received number"],
    [`{"target":"prompts/x","version":"v1"}`, "in.jsonl:2:1: success: missing (true or false; a line that comes"],
    [line({ success: null }), "in.jsonl:2:38: success: missing"],
    [line({ state: "gone" }), "in.jsonl:2:53: state: "],
    [line({ escalated: { reason: "because" } }), "in.jsonl:2:66: escalated.reason: "],
    [line({ feedback: "good" }), "in.jsonl:2:53: feedback: "],
    [line({ confidence: 90 }), "in.jsonl:2:53: confidence: Too big"],
    ["[]", "in.jsonl:2:1: expected object, received array"],
  ];
  test.each(BAD)("%s refuses a file before anything is written, and says where", async (bad, message) => {
    const run = await importer();
    const source = { text: [line(), bad, line()].join("\n") };
    await expect(run(source)).rejects.toMatchObject({
      code: "FILE_INVALID",
      message: expect.stringContaining(message),
    });
    expect(await run({ ...source, skipInvalid: true })).toMatchObject({ recorded: 2, invalid: 1 });
  });
  test("a target, a version and a rollout that nobody knows are told once each, kept, and counted apart; strictly, nothing is kept", async () => {
    const run = await importer();
    const texts = [
      line(),
      line({ version: "v9" }),
      line({ target: "prompts/xx" }),
      line({ rollout: "r" }),
      line({ version: "v9" }),
    ];
    const told: string[] = [];
    const onUnknown = ({ of, name }: Unknown) => void told.push(`${of} ${name}`);
    for (const rereadable of [true, false])
      await expect(run({ text: texts.join("\n"), rereadable, strict: true })).rejects.toMatchObject({
        code: "FILE_INVALID",
        message: "in.jsonl:2:1: prompts/x@v9 was never released here (and 2 more)",
        hint: "released: v1",
        details: {
          problems: [{ line: 2 }, { line: 4 }, { line: 3, hint: expect.stringContaining("did you mean prompts/x?") }],
        },
      });
    expect(await run({ text: texts.join("\n"), onUnknown })).toMatchObject({
      ...{ recorded: 5, unknown: 4, unknownBy: { target: 1, version: 2, rollout: 1 } },
    });
    expect(told.sort()).toEqual(["rollout r", "target prompts/xx", "version v9"]);
    expect(await run({ text: line(), strict: true })).toMatchObject({ recorded: 1, unknown: 0 });
  });
  test("lines of one id that say different versions or units are told once, and counted", async () => {
    const run = await importer();
    const texts = [
      line({ id: "a", unit: "u" }),
      line({ id: "a", unit: "u", success: false }),
      line({ id: "b", unit: "u" }),
      line({ id: "b", unit: "w" }),
      line({ id: "a", version: "v9" }),
    ];
    const told: string[] = [];
    const onMoved = (id: string) => void told.push(id);
    expect(await run({ text: texts.join("\n"), onMoved })).toMatchObject({ recorded: 2, corrected: 3, moved: 2 });
    expect(told).toEqual(["b"]);
  });
  test("so is one of an environment that the target was never released in", async () => {
    const run = await importer();
    const source = { text: line(), environment: "nonsense" };
    await expect(run({ ...source, strict: true })).rejects.toMatchObject({
      message: "in.jsonl:1:1: prompts/x was never released in nonsense",
      hint: "it is in production; --env or AGENTOPS_ENV says which",
    });
    expect(await run(source)).toMatchObject({ recorded: 1, unknown: 1, unknownBy: { target: 1 }, env: "nonsense" });
  });
  test.each([
    [
      '{"target":"prompts/x","version":"v1","success":true,"success":false}',
      `in.jsonl:2:53: the key "success" is there twice`,
    ],
    [
      line({ servedAt: "2026-11-21T10:00:00" }),
      "in.jsonl:2:53: servedAt: no time with a zone, as 2026-11-21T10:00:00Z has",
    ],
    [line({ unit: "\uFFFD" }).replace("\uFFFD", "caf\xe9"), "in.jsonl:2:64: not UTF-8: the byte 0xE9"],
  ])("a line that says two things, or in no letters, is bad: %s", async (bad, message) => {
    const run = await importer();
    const source = { text: `${line()}\n${bad}\n${line()}`, encoding: "latin1" as const };
    await expect(run(source)).rejects.toMatchObject({ code: "FILE_INVALID", message });
    expect(await run({ ...source, skipInvalid: true })).toMatchObject({ recorded: 2, invalid: 1 });
  });
  test("what can be read once only is recorded up to the bad line, which says so", async () => {
    const lines = Array.from({ length: 2500 }, (_, i) => line({ id: `o${i}` }));
    const text = [...lines, "oops", ...lines].join("\n");
    const run = await importer();
    await expect(run({ text, every: 9999, rereadable: false })).rejects.toMatchObject({
      message: "in.jsonl:2501:1: not a JSON object (recorded before it: 2500)",
      hint: expect.stringContaining("what has an id is recorded once"),
    });
    expect(await run({ text: lines.join("\n"), every: 9999 })).toMatchObject({ recorded: 0, repeated: 2500 });
    const others = [line({ id: "o1", success: false }), ...lines.slice(1), "oops"].join("\n");
    await expect(run({ text: others, every: 9999, rereadable: false })).rejects.toMatchObject({
      message: "in.jsonl:2501:1: not a JSON object (recorded before it: 0, corrected: 1, repeats: 2499)",
    });
  });
  test("many bad lines are listed, but not all", async () => {
    const text = Array<string>(500).fill("oops").join("\n");
    const problems = { details: { problems: expect.objectContaining({ length: 20 }) } };
    await expect((await importer())({ text })).rejects.toMatchObject(problems);
  });
});
