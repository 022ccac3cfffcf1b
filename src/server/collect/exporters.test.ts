import { SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { expect, test } from "vitest";
import { spansIn } from "../../traces/store/block.ts";
import { newTestCollector } from "./collector.testing.ts";

// Their names of the compression are an enum of a package that we do not name.
const GZIP = { compression: "gzip" as never };

test.each([
  ["protobuf", ProtobufExporter, {}],
  ["protobuf in a gzip", ProtobufExporter, GZIP],
  ["JSON", JsonExporter, {}],
  ["JSON in a gzip", JsonExporter, GZIP],
])("OpenTelemetry's own SDK exports as %s", async (_, Exporter, more) => {
  const collector = await newTestCollector({ token: "s3cret" });
  const headers = { authorization: "Bearer s3cret" };
  const exporter = new Exporter({ url: `${collector.url}/v1/traces`, headers, ...more });
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer("agent");
  const root = tracer.startSpan("invoke_agent", { attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support", n: 7, parts: ["é", "𝄞"] } }); // prettier-ignore
  root.setStatus({ code: SpanStatusCode.ERROR, message: "no answer" });
  root.addEvent("retried", { again: true });
  root.end();
  for (let i = 0; i < 20; i++) tracer.startSpan(`other ${i}`).end();
  await provider.shutdown();
  expect(collector.counts).toMatchObject({ spans: 21, rejected: 0, refused: 0 });
  const [{ id, bodies }] = (await collector.store.rows("SELECT t.id, b.bodies FROM traces t JOIN \"spanBlocks\" b ON b.trace = t.seq WHERE t.name = 'invoke_agent'")) as [{ id: string; bodies: Uint8Array }]; // prettier-ignore
  expect(spansIn(id, bodies)).toMatchObject([
    {
      spanId: root.spanContext().spanId,
      parentSpanId: null,
      status: { code: "error", message: "no answer" },
      attributes: { "gen_ai.agent.name": "support", n: 7, parts: ["é", "𝄞"] },
      events: [{ name: "retried", attributes: { again: true } }],
      scope: { name: "agent" },
    },
  ]);
});
