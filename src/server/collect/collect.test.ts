import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import protobuf from "protobufjs/light.js";
import { describe, expect, test } from "vitest";
import { OTLP_DESCRIPTOR } from "../../traces/wire/otlp-descriptor.ts";
import { writeOtlpProtobuf } from "../../traces/wire/otlp-protobuf.ts";
import { writeOtlpJson } from "../../traces/wire/write-otlp-json.ts";
import { type Answer, newSpans, newTestCollector, post, type Sent } from "./collector.testing.ts";

const PROTOBUF = { headers: { "content-type": "application/x-protobuf" } };
const GZIP = { "content-encoding": "gzip" };
const types = protobuf.Root.fromJSON(OTLP_DESCRIPTOR);
const read = (name: string, { body }: Answer) =>
  types.lookupType(name).toObject(types.lookupType(name).decode(body), { longs: Number });
const json = ({ body }: Answer) => JSON.parse(body.toString());
const asJson = (spans: ReturnType<typeof newSpans>) => JSON.stringify(writeOtlpJson(spans));

describe("spans are stored once, however they come", () => {
  test.each<[string, (spans: ReturnType<typeof newSpans>) => [Uint8Array | string, Sent?]]>([
    ["JSON", (spans) => [asJson(spans)]],
    ["JSON with a charset", (spans) => [asJson(spans), { headers: { "content-type": "Application/JSON; charset=utf-8" } }]],
    ["protobuf", (spans) => [writeOtlpProtobuf(spans), PROTOBUF]],
    ["JSON in a gzip", (spans) => [gzipSync(asJson(spans)), { headers: GZIP }]],
    ["protobuf in a gzip", (spans) => [gzipSync(writeOtlpProtobuf(spans)), { headers: { ...PROTOBUF.headers, ...GZIP } }]],
  ])("%s", async (_, written) => {
    const collector = await newTestCollector();
    const [body, sent] = written(newSpans(3));
    for (const times of [1, 2]) {
      const answer = await post(collector.url, body, sent);
      const isProtobuf = sent?.headers?.["content-type"] === "application/x-protobuf";
      expect([answer.status, answer.body.toString(), answer.headers["content-type"]]).toEqual(
        isProtobuf ? [200, "", "application/x-protobuf"] : [200, "{}", "application/json"],
      );
      expect(await collector.spans()).toBe(3);
      expect(collector.counts).toMatchObject({ requests: times, spans: 3, repeated: 3 * (times - 1) });
    }
    expect(await collector.store.column("SELECT name FROM traces")).toEqual(["step 0"]);
  });
  test("a trace of 10,000 spans, in one request", async () => {
    const collector = await newTestCollector();
    const answer = await post(collector.url, writeOtlpProtobuf(newSpans(10_000)), PROTOBUF);
    expect([answer.status, await collector.spans()]).toEqual([200, 10_000]);
  });
  test("a request without spans is one", async () => {
    const { url } = await newTestCollector();
    expect((await post(url, "{}")).status).toBe(200);
    expect((await post(url, "", PROTOBUF)).status).toBe(200);
  });
}); // prettier-ignore

describe("what is no span is named, and the rest is stored", () => {
  const spans = () => {
    const [good, bad, worse] = newSpans(3);
    return [good!, { ...bad!, endNano: "0" }, { ...worse!, attributes: JSON.parse('{ "__proto__": 1 }') }];
  };
  const errorMessage = "1 × no end; 1 × a key is called __proto__";
  test("in JSON", async () => {
    const collector = await newTestCollector();
    const answer = await post(collector.url, asJson(spans()));
    expect([answer.status, json(answer)]).toEqual([200, { partialSuccess: { rejectedSpans: "2", errorMessage } }]);
    expect([await collector.spans(), collector.counts.rejected]).toEqual([1, 2]);
  });
  test("in protobuf", async () => {
    const collector = await newTestCollector();
    const answer = await post(collector.url, writeOtlpProtobuf(spans()), PROTOBUF);
    expect(read("ExportTraceServiceResponse", answer)).toEqual({ partialSuccess: { rejectedSpans: 2, errorMessage } });
    expect(await collector.spans()).toBe(1);
  });
  test("a million attributes on a span", async () => {
    const collector = await newTestCollector();
    const [many, few] = newSpans(2);
    many!.attributes = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, i) => [`a${i}`, i]));
    const answer = await post(collector.url, gzipSync(writeOtlpProtobuf([many!, few!]), { level: 1 }), { headers: { ...PROTOBUF.headers, ...GZIP } }); // prettier-ignore
    expect(read("ExportTraceServiceResponse", answer)).toMatchObject({ partialSuccess: { rejectedSpans: 1 } });
    expect(await collector.spans()).toBe(1);
  });
  test("names that a store's columns do not take harm nobody else", async () => {
    const collector = await newTestCollector();
    const odd = newSpans(1, { name: "nul \u0000, half a pair \ud800" });
    const [first, ...others] = await Promise.all([odd, newSpans(1), newSpans(1)].map((some) => post(collector.url, asJson(some)))); // prettier-ignore
    expect(others.map(({ status }) => status)).toEqual([200, 200]);
    expect(first!.status).toBe((await collector.spans()) === 3 ? 200 : 400);
  });
});

describe("what is refused", () => {
  const half = gzipSync(asJson(newSpans(50))).subarray(0, 200);
  const SMALL = { packedBytes: 1000, unpackedBytes: 2000 };
  const large = "x".repeat(100_000);
  test.each<[string, Uint8Array | string, Sent, number, number, string]>([
    ["half a gzip", half, { headers: GZIP }, 400, 3, "half a gzip"],
    ["no gzip", "{}", { headers: GZIP }, 400, 3, "no gzip"],
    ["no JSON", '{"resourceSpans": [', {}, 400, 3, "no JSON"],
    ["JSON that is no request", "[1]", {}, 400, 3, "ExportTraceServiceRequest"],
    ["nothing", "", {}, 400, 3, "no JSON"],
    ["another type", "a=1", { headers: { "content-type": "text/plain" } }, 415, 3, "content type"],
    ["another encoding", "{}", { headers: { "content-encoding": "br" } }, 415, 3, "gzip"],
    ["a method", "", { method: "GET" }, 405, 12, "POST"],
    ["logs", "{}", { path: "/v1/logs" }, 404, 5, "only traces"],
    ["metrics", "{}", { path: "/v1/metrics" }, 404, 5, "only traces"],
    ["another path", "{}", { path: "/" }, 404, 5, "POST /v1/traces"],
    ["a large body", large, {}, 413, 3, "larger than 2 KiB"],
    ["a large gzip", gzipSync(large), { headers: GZIP }, 413, 3, "unpacked"],
  ])("%s", async (_, body, sent, status, code, message) => {
    const collector = await newTestCollector({ limits: { ...SMALL, unpackedBytes: 2048 } });
    const answer = await post(collector.url, body, sent);
    expect([answer.status, json(answer)]).toEqual([status, { code, message: expect.stringContaining(message) }]);
    expect(await collector.spans()).toBe(0);
    expect((await post(collector.url, "{}")).status).toBe(200);
  });
  test("in protobuf where it was asked so", async () => {
    const { url } = await newTestCollector({ limits: SMALL });
    const bad = await post(url, "no protobuf", PROTOBUF);
    expect([bad.status, read("Status", bad)]).toEqual([400, { code: 3, message: expect.stringContaining("protobuf") }]);
    const large = await post(url, "x".repeat(9000), PROTOBUF);
    expect([large.status, read("Status", large)["code"]]).toEqual([413, 3]);
  });
  test("a large body whose length nobody said, from a client that goes on sending", async () => {
    const { url } = await newTestCollector({ limits: SMALL });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n");
    const sending = setInterval(() => socket.write(`400\r\n${"x".repeat(1024)}\r\n`), 5);
    const said = await new Promise<string>((done) => socket.once("data", (piece: Buffer) => done(piece.toString())));
    expect(said).toMatch(/^HTTP\/1.1 413 /);
    await new Promise((done) => socket.once("close", done));
    clearInterval(sending);
  });
}); // prettier-ignore

describe("a token", () => {
  const token = "s3cret-of-the-team";
  test.each([
    ["none", {}, 401],
    ["another", { authorization: "Bearer s3cret-of-the-tean" }, 401],
    ["a longer one", { authorization: `Bearer ${token}x` }, 401],
    ["another scheme", { authorization: `Basic ${token}` }, 401],
    ["the one", { authorization: `Bearer ${token}` }, 200],
  ])("%s", async (_, headers, status) => {
    const collector = await newTestCollector({ token });
    const answer = await post(collector.url, asJson(newSpans(1)), { headers });
    expect([answer.status, await collector.spans()]).toEqual([status, status === 200 ? 1 : 0]);
    if (status === 401) expect(json(answer).code).toBe(16);
    expect(answer.body.toString() + collector.troubles.join()).not.toContain("s3cret");
    expect((await post(collector.url, "", { method: "GET", path: "/healthz", headers })).status).toBe(status);
  });
});

test("healthz says what waits", async () => {
  const { url } = await newTestCollector();
  await post(url, asJson(newSpans(2)));
  const answer = await post(url, "", { method: "GET", path: "/healthz" });
  expect(json(answer)).toMatchObject({ waiting: 0, heldBytes: 0, requests: 1, spans: 2 });
});
