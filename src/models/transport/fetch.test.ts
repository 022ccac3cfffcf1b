import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDispatcher } from "./agent.ts";
import { leanFetch } from "./fetch.ts";
import { AnswerTooLarge, transportFailure } from "./transport-error.ts";

let server: Server;
let origin = "";
const ports = new Set<number>();
/** Answers without an end that are still written. */
let endless = 0;

beforeAll(async () => {
  server = createServer((q, r) => {
    ports.add(q.socket.remotePort ?? 0);
    let text = "";
    q.on("data", (d: Buffer) => (text += d.toString())).on("end", () => {
      if (q.url === "/endless" || q.url === "/endless-events") {
        endless += 1;
        r.writeHead(200, { "content-type": q.url === "/endless" ? "application/json" : "text/event-stream" });
        const write = () => {
          while (!r.destroyed && r.write("x".repeat(65_536)));
        };
        r.on("drain", write).on("close", () => (endless -= 1));
        return write();
      }
      if (q.url === "/redirect") return r.writeHead(307, { location: "http://127.0.0.1:1/elsewhere" }).end();
      if (q.url === "/events") {
        r.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
        return setTimeout(() => r.end("data: 2\n\n"), 20);
      }
      r.writeHead(200, { "x-two": ["a", "b"] }).write("é".slice(0, 1));
      return r.end(JSON.stringify({ url: q.url, method: q.method, encoding: q.headers["accept-encoding"], text }));
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const dispatcher = await createDispatcher({});

describe("the lean fetch", () => {
  const fetch = leanFetch(dispatcher, 2 ** 20);
  afterAll(() => dispatcher.destroy());

  it("posts and reads text and headers, asking for no compression", async () => {
    const headers = new Headers({ "content-type": "text/plain" });
    const response = await fetch(`${origin}/a?b=c`, { method: "POST", headers, body: "hällo" });
    const text = await response.text();
    expect(response).toMatchObject({ ok: true, status: 200 });
    expect(response.headers.get("X-Two")).toBe("a, b");
    expect([...response.headers].map(([name]) => name)).toContain("x-two");
    expect(JSON.parse(text.slice(1))).toEqual({ url: "/a?b=c", method: "POST", encoding: "identity", text: "hällo" });
  });

  it("ends an answer that has no end, streamed or not, and keeps nothing of it", async () => {
    await expect(fetch(`${origin}/endless`)).rejects.toMatchObject({ name: "Error", maxAnswer: 2 ** 20 });
    const { body } = await fetch(`${origin}/endless-events`);
    const read = async () => {
      for await (const chunk of body as ReadableStream<Uint8Array>)
        expect(chunk.byteLength).toBeLessThanOrEqual(2 ** 20);
    };
    await expect(read()).rejects.toBeInstanceOf(AnswerTooLarge);
    await expect.poll(() => endless).toBe(0);
    expect(transportFailure(new AnswerTooLarge(`${origin}/x`, 2 ** 24))).toMatchObject({
      kind: "bad-response",
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ answered with more than 16 MiB$/),
    });
  });

  it("uses its connections again (undici frees one a moment after the answer, so two take turns)", async () => {
    ports.clear();
    for (let i = 0; i < 20; i++) await fetch(`${origin}/x`, { method: "POST", body: "" });
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it("hands an event stream on before it ends", async () => {
    const response = await fetch(`${origin}/events`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe("data: 1\n\n");
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe("data: 2\n\n");
    expect((await reader.read()).done).toBe(true);
  });

  it("follows no redirect, so that a key stays with its host", async () => {
    expect(await fetch(`${origin}/redirect`, { method: "POST", body: "{}" })).toMatchObject({ ok: false, status: 307 });
  });

  it("rejects at once with the signal's reason", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(fetch(`${origin}/x`, { signal })).rejects.toThrow("stop");
  });
});

describe("a proxy in the environment", () => {
  it("is used for other hosts and never for this machine", async () => {
    const proxied = await createDispatcher({ HTTP_PROXY: "http://127.0.0.1:1", NO_PROXY: "internal.example" });
    const fetch = leanFetch(proxied, 2 ** 20);
    expect((await fetch(`${origin}/x`, { method: "POST", body: "{}" })).status).toBe(200);
    await expect(fetch("http://models.invalid/v1", { method: "POST", body: "{}" })).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    await proxied.destroy();
  });
});
