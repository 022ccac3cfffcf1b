import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { AgentopsError } from "../../core/errors.ts";
import type { Store } from "../../state/store.ts";
import { openTestStore } from "../../testing/store.ts";
import { COLLECT_LIMITS } from "./limits.ts";
import { holdTraces } from "./hold-traces.testing.ts";
import { writeOtlpJson } from "../../traces/wire/write-otlp-json.ts";
import { type Answer, newSpans, newTestCollector, post } from "./collector.testing.ts";

const json = ({ body }: Answer) => JSON.parse(body.toString());
const request = (count = 1) => JSON.stringify(writeOtlpJson(newSpans(count)));

/** A client that writes so much and then nothing more. */
function hanging(url: string, text: string): Socket {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(text);
  onTestFinished(() => void socket.destroy());
  return socket;
}
const HEAD = "POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
const ended = (socket: Socket) => new Promise((done) => socket.resume().once("close", done));

describe("a store in trouble", () => {
  test("is locked: 503, and the same request is taken when it is free", async () => {
    const collector = await newTestCollector({ isImpatient: true });
    const other = await holdTraces(collector.store);
    const body = request(3);
    const answer = await post(collector.url, body);
    expect([answer.status, answer.headers["retry-after"], json(answer).code]).toEqual([503, "5", 14]);
    await other.letGo();
    expect(await collector.spans()).toBe(0);
    expect((await post(collector.url, body)).status).toBe(200);
    expect(await collector.spans()).toBe(3);
  });
  test("is gone: 503, and the same request is taken when it is back", async () => {
    const store = await openTestStore();
    let isGone = true;
    const inTransaction: Store["inTransaction"] = (work, options) =>
      isGone ? Promise.reject(new AgentopsError("STORE_FAILED", "nothing was changed: no server answers there")) : store.inTransaction(work, options); // prettier-ignore
    const collector = await newTestCollector({ store, inTransaction });
    const body = request();
    expect((await post(collector.url, body)).status).toBe(503);
    expect((await post(collector.url, body)).status).toBe(503);
    isGone = false;
    expect((await post(collector.url, body)).status).toBe(200);
    expect(await collector.spans()).toBe(1);
    expect(collector.troubles).toEqual([
      "the store takes no spans: nothing was changed: no server answers there; exporters are told to come again",
      "the store takes spans again",
    ]);
  });
  test("closed for good", async () => {
    const collector = await newTestCollector();
    await collector.store.close();
    expect((await post(collector.url, request())).status).not.toBe(200);
  });
});

describe("requests are committed together", () => {
  /** A store whose first transaction waits until it is told, so that others gather behind it. */
  async function gathered(others: number, failing: number) {
    const store = await openTestStore();
    let transactions = 0;
    let go = () => {};
    const told = new Promise<void>((done) => (go = done));
    const inTransaction: Store["inTransaction"] = async (work, options) => {
      transactions += 1;
      if (transactions === 1) await told;
      else if (transactions - 2 < failing) throw new TypeError("a value that no column takes");
      return store.inTransaction(work, options);
    };
    const collector = await newTestCollector({ store, inTransaction });
    const answers = Array.from({ length: others + 1 }, () => post(collector.url, request(2)));
    while (collector.waiting() < others + 1) await new Promise((done) => setTimeout(done, 5));
    go();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    return { statuses: statuses.sort(), transactions, spans: await collector.spans() };
  }
  test("those that wait, in few transactions, each answered after its own", async () => {
    const { statuses, transactions, spans } = await gathered(40, 0);
    expect([new Set(statuses), spans]).toEqual([new Set([200]), 82]);
    expect(transactions).toBeLessThanOrEqual(1 + Math.ceil(41 / 16));
  });
  test("one that cannot be stored fails no other", async () => {
    // The group, and of those in it the first alone.
    const { statuses, transactions, spans } = await gathered(COLLECT_LIMITS.group.requests, 2);
    expect([statuses.filter((status) => status === 400).length, statuses.length]).toEqual([1, 17]);
    expect([spans, transactions]).toEqual([32, expect.any(Number)]);
  });
  test("too many that wait: 429", async () => {
    const collector = await newTestCollector({ limits: { waiting: 1 }, isImpatient: true });
    const other = await holdTraces(collector.store);
    const bodies = [request(), request(), request()];
    const answers = await Promise.all(bodies.map((body) => post(collector.url, body)));
    await other.letGo();
    expect(answers.map(({ status }) => status).sort()).toEqual([429, 429, 503]);
    expect(answers.every(({ headers }) => Number(headers["retry-after"]) > 0)).toBe(true);
    expect((await post(collector.url, bodies[0]!)).status).toBe(200);
  });
  test("too many bytes: 429, and they are given back", async () => {
    const collector = await newTestCollector({ limits: { heldBytes: 5000 } });
    expect((await post(collector.url, request(50))).status).toBe(429);
    expect((await post(collector.url, request(1))).status).toBe(200);
  });
});

describe("clients that hang", () => {
  test.each([
    ["before a byte", "", {}],
    ["in the headers", "POST /v1/traces HTTP/1.1\r\nhost: x\r\n", {}],
    ["in the body", `${HEAD}content-length: 1000\r\n\r\n{`, {}],
    ["after a refusal", `${HEAD}content-length: 99999999999\r\n\r\n{`, {}],
  ])("%s: they are ended, and stop nobody", async (_, text) => {
    const limits = { headersMs: 200, requestMs: 400, idleMs: 500 };
    const { url } = await newTestCollector({ limits });
    const sockets = Array.from({ length: 20 }, () => hanging(url, text));
    const all = Promise.all(sockets.map(ended));
    expect((await post(url, request())).status).toBe(200);
    await all;
    expect((await post(url, request())).status).toBe(200);
  });
  test("that go away while their spans are committed", async () => {
    const collector = await newTestCollector();
    const other = await holdTraces(collector.store);
    const body = request(2);
    const socket = hanging(collector.url, `${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
    while (collector.waiting() < 1) await new Promise((done) => setTimeout(done, 5));
    socket.destroy();
    await other.letGo();
    while (collector.waiting() > 0) await new Promise((done) => setTimeout(done, 5));
    expect([await collector.spans(), (await post(collector.url, body)).status]).toEqual([2, 200]);
    expect(await collector.spans()).toBe(2);
  });
  test("that go away in the middle leave nothing behind", async () => {
    const { url } = await newTestCollector();
    const socket = hanging(url, `${HEAD}content-length: 1000\r\n\r\n{`);
    await new Promise((done) => setTimeout(done, 50));
    socket.destroy();
    await new Promise((done) => setTimeout(done, 50));
    const health = json(await post(url, "", { method: "GET", path: "/healthz" }));
    expect(health).toMatchObject({ waiting: 0, heldBytes: 0 });
  });
});

describe("the stop", () => {
  test("answers what is here, and takes nothing new", async () => {
    const collector = await newTestCollector();
    const other = await holdTraces(collector.store);
    const answer = post(collector.url, request());
    const socket = hanging(collector.url, `${HEAD}content-length: 1000\r\n\r\n{`);
    await new Promise((done) => setTimeout(done, 50));
    const stopped = collector.stop();
    await other.letGo();
    expect((await answer).status).toBe(200);
    await stopped;
    await ended(socket);
    await expect(post(collector.url, request())).rejects.toThrow("ECONNREFUSED");
    expect(await collector.spans()).toBe(1);
  });
});
