import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Config } from "../../core/config.schema.ts";
import type { Attributes, WireSpan } from "../wire/span.ts";
import { CUT } from "./cut.ts";
import { keeperFor } from "./keeper.ts";

const KEY = `sk-proj-${"a1B2".repeat(8)}`;
const span = (attributes: Attributes, more: Partial<WireSpan> = {}): WireSpan => ({
  ...{ traceId: "ab".repeat(16), spanId: "cd".repeat(8), parentSpanId: null, name: "chat", kind: "internal" },
  ...{ startNano: "1", endNano: "2", attributes, events: [], links: [], status: { code: "ok" } },
  ...{ resource: {}, scope: { name: "s" } },
  ...more,
});
const keeper = (traces: Config["traces"] = {}, env: NodeJS.ProcessEnv = {}) => keeperFor({ config: { project: "p", traces }, env }); // prettier-ignore

describe("what is kept of a span", () => {
  test.each<[says: string, given: WireSpan]>([
    ["an attribute", span({ a: `key ${KEY}` })],
    ["JSON in a text in a list", span({ a: [JSON.stringify({ b: JSON.stringify({ c: KEY }) })] })],
    ["the name of an attribute", span({ [KEY]: 1 })],
    ["an event", span({}, { events: [{ name: "e", atNano: "1", attributes: { "exception.message": KEY } }] })],
    ["what the status says", span({}, { status: { code: "error", message: `401 for ${KEY}` } })],
    ["the name of the span", span({}, { name: KEY })],
    ["the process it came from", span({}, { resource: { "process.command_args": ["--key", KEY] } })],
    ["its scope", span({}, { scope: { name: "s", attributes: { a: KEY } } })],
  ])("a secret is taken out of %s", (_, given) => {
    expect(JSON.stringify(keeper()(given))).not.toContain(KEY);
  });
  test("a value that the environment names is secret whatever it looks like", () => {
    const kept = keeper({}, { OPENAI_API_KEY: "plain words here" })(span({ a: "so: plain words here" }));
    expect(kept.attributes["a"]).not.toContain("plain words");
  });
  test("personal data stays unless it is asked for, and its kinds are counted", () => {
    const given = span({ a: "write to ada@example.com, 4111 1111 1111 1111 is the card" });
    expect(keeper()(given).attributes).toEqual(given.attributes);
    const keep = keeper({ redact: ["email", "card"] });
    expect(keep(given).attributes["a"]).toBe("write to [redacted:email], [redacted:card] is the card");
    expect(keep.counts).toMatchObject({ email: 1, card: 1, secret: 0 });
  });
  test("ids, times and what has nothing in it stay as they are", () => {
    const given = span({ "gen_ai.usage.input_tokens": 4_111_111_111, a: "é".repeat(100) }, { startNano: "1795233961521000001" }); // prettier-ignore
    expect(keeper({ redact: ["pii"] })(given)).toEqual(given);
  });
  test("of a text over the limit the beginning stays, whole characters, with its length and digest", () => {
    const text = "é".repeat(100);
    const kept = keeper({ bodyLimit: "65B" })(span({ long: text, short: "x".repeat(65) }));
    expect(kept.attributes["long"]).toBe("é".repeat(32));
    expect(kept.attributes["short"]).toBe("x".repeat(65));
    const sha256 = createHash("sha256").update(text).digest("hex");
    expect(kept.attributes[CUT]).toEqual({ long: { bytes: 200, sha256 } });
  });
  test("a secret at the cut is taken out before", () => {
    const kept = keeper({ bodyLimit: "64B" })(span({ a: `${"x".repeat(40)} ${KEY} ${"y".repeat(100)}` }));
    expect(JSON.stringify(kept)).not.toContain(KEY.slice(0, 20));
  });
});
