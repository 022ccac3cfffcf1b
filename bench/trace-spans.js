// Spans as agents emit them, for benchmarks: recorded traces again and again, with ids and long texts of their own.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./measure.js";

const RECORDINGS = join(ROOT, "..", "..", "shared", "data", "otel-genai", "otlp-reconstructed");
const RECORDINGS_BESIDE = join(ROOT, "..", "shared", "data", "otel-genai", "otlp-reconstructed");
/** Bytes of a recorded span as protobuf: what the recordings of all frameworks come to. */
const SPAN_BYTES = 1316;
/** Texts from this length on are somebody's words; shorter ones are names, which repeat. */
const LONG = 40;

const load = (name) => import(new URL(`../dist/traces/wire/${name}.js`, import.meta.url).href);

/** Traces whose spans come to some 1.3 KB each as protobuf; where the recordings are not, of made-up ones. */
export async function templates() {
  const [{ readOtlpJson }, { writeOtlpProtobuf }] = await Promise.all([load("otlp-json"), load("otlp-protobuf")]);
  const folder = [RECORDINGS, RECORDINGS_BESIDE].find((path) => existsSync(path));
  const spans = folder === undefined ? madeUp() : recorded(folder, readOtlpJson);
  const ids = [...new Set(spans.map(({ traceId }) => traceId))];
  const traces = ids.map((id) => spans.filter(({ traceId }) => traceId === id));
  const mean = (cap) =>
    writeOtlpProtobuf(traces.flat().map((span) => fresh(span, span.traceId, words(1), cap))).length / spans.length;
  let [low, high] = [LONG, 100_000];
  while (high - low > 10) {
    const middle = (low + high) >> 1;
    if (mean(middle) < SPAN_BYTES) low = middle;
    else high = middle;
  }
  return { traces, cap: high };
}

function recorded(folder, readOtlpJson) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => readOtlpJson(JSON.parse(readFileSync(join(folder, name), "utf8"))).spans);
}

/** As many spans as are wanted, of new traces. */
export function newSpans({ traces, cap }, count, seed) {
  const text = words(seed);
  const spans = [];
  for (let n = 0; spans.length < count; n++) {
    const traceId = (seed * 1_000_000 + n).toString(16).padStart(32, "c");
    spans.push(...traces[n % traces.length].map((span) => fresh(span, traceId, text, cap)));
  }
  return spans.slice(0, count);
}

function fresh(span, traceId, text, cap) {
  return { ...span, traceId, attributes: renewed(span.attributes, text, cap), events: span.events.map((event) => ({ ...event, attributes: renewed(event.attributes, text, cap) })) }; // prettier-ignore
}

function renewed(value, text, cap) {
  if (typeof value === "string") return value.length < LONG ? value : text(Math.min(value.length, cap));
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => renewed(item, text, cap));
  return Object.fromEntries(Object.entries(value).map(([key, its]) => [key, renewed(its, text, cap)]));
}

/** As many as people use when they write to a shop; fewer would pack better than what they write. */
const WORD_COUNT = 3000;
const SYLLABLES =
  "an be ca der en fo gi hu in jo ka lu mer no or pa que ri sta te un ver wo xi you zen tion ing ed al".split(" ");
const WORDS = Array.from({ length: WORD_COUNT }, (_, i) => [i % 31, (i * 7) % 29, (i * 13) % 23].slice(0, 1 + (i % 3)).map((at) => SYLLABLES[at % SYLLABLES.length]).join("")); // prettier-ignore

/** Texts of a length: words by chance, the same for one seed. */
function words(seed) {
  let state = seed;
  return (length) => {
    let made = "";
    while (made.length < length) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      // The lower bits of such a generator repeat.
      const chance = state >>> 8;
      made += `${WORDS[chance % WORDS.length]}${chance % 5 === 0 ? chance % 9973 : ""} `;
    }
    return made.slice(0, length);
  };
}

function madeUp() {
  const traceId = "d".repeat(32);
  const id = (i) => (i + 1).toString(16).padStart(16, "0");
  return Array.from({ length: 12 }, (_, i) => ({
    ...{ traceId, spanId: id(i), parentSpanId: i === 0 ? null : id(0), name: `chat ${i}`, kind: "client" },
    ...{ startNano: "1795233961521000000", endNano: "1795233962521000000" },
    attributes: {
      ...{ "gen_ai.operation.name": i === 0 ? "invoke_agent" : "chat", "gen_ai.request.model": "gpt-4o" },
      ...{ "gen_ai.usage.input_tokens": 1200, "gen_ai.usage.output_tokens": 80 },
      ...{ "gen_ai.input.messages": "x".repeat(5000), "gen_ai.output.messages": "x".repeat(800) },
    },
    ...{ events: [], links: [], status: { code: "unset" } },
    ...{ resource: { "service.name": "support" }, scope: { name: "bench" } },
  }));
}
