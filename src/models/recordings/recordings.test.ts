import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { redactor } from "../../core/redact.ts";
import type { ModelClient, ModelRequest } from "../client/client.ts";
import { outputsClient } from "../outputs.ts";
import { withRecording } from "./record.ts";
import { loadRecordings, replayClient, withReplayFirst } from "./replay.ts";

const SECRET = "top-secret-value";
const ask = (content: string): ModelRequest => ({ messages: [{ role: "user", content }], parameters: {} });
const at = (caseId: string, trial = 0) => ({ caseId, trial, signal: new AbortController().signal });
const newFile = () => join(mkdtempSync(join(tmpdir(), "recordings-")), "deep", "support.jsonl");
const options = { redact: redactor([SECRET]), clock: systemClock };

/** A client that counts and answers with the case's id. */
function counting(): ModelClient & { calls: number } {
  const nothing = { toolCalls: [], latencyMs: 5, costUsd: 0.5, inputTokens: 1, outputTokens: 1, finishReason: null };
  const inner = outputsClient((caseId) => ({ ...nothing, output: `answer ${caseId} ${SECRET}`, record: null }));
  const client = {
    ...inner,
    pin: "p/m",
    calls: 0,
    generate: (...args: Parameters<ModelClient["generate"]>) => {
      client.calls++;
      return inner.generate(...args);
    },
  };
  return client;
}

describe("recordings", () => {
  it("replay what was recorded, with no client at all, redacted", async () => {
    const file = newFile();
    const recording = await withRecording(counting(), file, options);
    await recording.generate(ask(`q\n${SECRET}`), at("c1"));
    await recording.generate(ask("q2"), at("c2", 1));
    await recording.close();
    expect(readFileSync(file, "utf8")).not.toContain(SECRET);
    const replay = await replayClient("p/m", file);
    const result = await replay.generate(ask(`q\n${SECRET}`), at("c1"));
    expect(result).toMatchObject({ output: "answer c1 [REDACTED]", costUsd: 0.5, latencyMs: 5 });
    const line = JSON.parse(readFileSync(file, "utf8").split("\n")[1] as string);
    expect(Object.keys(line)).toEqual(["key", "pin", "case", "trial", "request", "result", "recordedAt"]);
    expect(line).toMatchObject({ pin: "p/m", case: "c2", trial: 1 });
  });

  it("hold each request once, over several runs", async () => {
    const file = newFile();
    for (let run = 0; run < 2; run++) {
      const recording = await withRecording(counting(), file, options);
      await Promise.all([1, 2, 3].map(() => recording.generate(ask("q"), at("c1"))));
      await recording.close();
    }
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(1);
  });

  it("survive a kill in the middle of a line", async () => {
    const file = newFile();
    const record = async (question: string) => {
      const recording = await withRecording(counting(), file, options);
      await recording.generate(ask(question), at(question));
      await recording.close();
    };
    await record("q1");
    appendFileSync(file, '{"key":"sha256:torn","pin":"p/m","ca');
    expect((await loadRecordings([file])).size).toBe(1);
    await record("q2");
    expect((await loadRecordings([file])).size).toBe(2);
    writeFileSync(file, readFileSync(file, "utf8").trimEnd());
    await record("q3");
    expect((await loadRecordings([file])).size).toBe(3);
  });

  it("that are damaged in the middle are refused with the line", async () => {
    const file = newFile();
    const recording = await withRecording(counting(), file, options);
    await recording.generate(ask("q"), at("c1"));
    await recording.close();
    writeFileSync(file, `nonsense\n${readFileSync(file, "utf8")}`);
    await expect(loadRecordings([file])).rejects.toMatchObject({
      code: "FILE_INVALID",
      message: expect.stringContaining(":1:"),
    });
  });

  it("that lack an answer name the case and the way out", async () => {
    const replay = await replayClient("p/m", newFile());
    await expect(replay.generate(ask("q"), at("case-7", 1))).rejects.toMatchObject({
      kind: "missing-recording",
      code: "RECORDING_MISSING",
      message: expect.stringContaining("case case-7, trial 2"),
      hint: expect.stringContaining("--record"),
    });
  });

  it("go before the client, which is asked only for the rest", async () => {
    const file = newFile();
    const recording = await withRecording(counting(), file, options);
    await recording.generate(ask("q1"), at("c1"));
    await recording.close();
    const client = counting();
    const both = withReplayFirst(client, await loadRecordings([file]));
    await both.generate(ask("q1"), at("c1"));
    await both.generate(ask("q1"), at("c1", 1));
    expect(client.calls).toBe(1);
  });
});

describe("recorded outputs", () => {
  it("without the case are an error that names it", async () => {
    await expect(outputsClient(() => undefined).generate(ask("q"), at("c9"))).rejects.toMatchObject({
      kind: "missing-output",
      message: "case c9 has no recorded output",
    });
  });
});
