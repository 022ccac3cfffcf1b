import { randomInt } from "node:crypto";
import { Agent, request as ask } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileAddress } from "../../state/address.ts";
import { spawnAgentops, tempProject } from "../../testing/project.ts";
import { withStore } from "../../testing/store.ts";
import { spansIn } from "../../traces/store/block.ts";
import { writeOtlpProtobuf } from "../../traces/wire/otlp-protobuf.ts";
import { newSpans } from "./collector.testing.ts";

const [ROUNDS, CLIENTS, SPANS] = [10, 6, 40];

/** True of an answer of 200; a connection that breaks has acknowledged nothing. */
function sent(url: string, body: Uint8Array, agent: Agent): Promise<boolean> {
  return new Promise((done) => {
    const headers = { "content-type": "application/x-protobuf" };
    const asked = ask(`${url}/v1/traces`, { method: "POST", headers, agent }, (response) => {
      response.resume().on("end", () => done(response.statusCode === 200));
      response.on("error", () => done(false));
    });
    asked.on("error", () => done(false));
    asked.end(body);
  });
}

/** Several clients until the collector is gone; the ids of the spans of each request that it said were durable. */
async function loaded(url: string, isOver: () => boolean): Promise<string[]> {
  const agent = new Agent({ keepAlive: true });
  const acknowledged: string[] = [];
  const client = async () => {
    while (!isOver()) {
      const spans = newSpans(SPANS);
      if (await sent(url, writeOtlpProtobuf(spans), agent)) acknowledged.push(...spans.map(({ traceId, spanId }) => traceId + spanId)); // prettier-ignore
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
  return acknowledged;
}

test("kill -9 at any moment under load loses nothing that was acknowledged", async () => {
  const cwd = tempProject();
  const all = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawnAgentops(cwd, ["collect", "--port", "0", "--json"]);
    const line = await new Promise<string>((done) => child.stdout.once("data", (piece: Buffer) => done(piece.toString())));
    const { listening } = JSON.parse(line);
    let isOver = false;
    setTimeout(() => {
      isOver = true;
      child.kill("SIGKILL");
    }, 200 + randomInt(1500));
    const acknowledged = await loaded(listening, () => isOver);
    await child;
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const id of acknowledged) all.add(id);
    const address = fileAddress(join(cwd, ".agentops", "state.db"));
    const stored = await withStore(address, async (store) => {
      const rows = await store.rows('SELECT t.id, b.bodies FROM traces t JOIN "spanBlocks" b ON b.trace = t.seq');
      return new Set(rows.flatMap(({ id, bodies }) => spansIn(id, bodies).map(({ spanId }) => `${id}${spanId}`)));
    });
    expect([...all].filter((id) => !stored.has(id))).toEqual([]);
  }
}); // prettier-ignore
