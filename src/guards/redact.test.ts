import { describe, expect, test } from "vitest";
import { redactValue } from "./redact-value.ts";
import { redactorFor } from "./redact.ts";
import { REDACT_KINDS } from "../core/traces.schema.ts";
import { piiKindsOf } from "./schema.ts";
import { PII_KINDS } from "./text/finding.ts";

const KEY = ["sk-", "ant-", "api03-", "q7Zx2LmP9vTb4NcR8sWk3HdY6jGf1AeU5oIq"].join("");
const CARD = "4111111111111111";
const all = (known: string[] = []) => redactorFor({ secrets: true, pii: PII_KINDS, known });

describe("a value", () => {
  test.each<[string, unknown]>([
    ["a span with nothing in it", { name: "chat", attributes: { "gen_ai.request.model": "gpt-4o", n: 3, list: ["a", null, true, 1.5] } }],
    ["JSON text with escapes and nothing in it", { body: '{ "a" : "caf\\u00e9 \\/ x\\u0041" , "n":12345678901234567890 }' }],
    ["numbers that are no cards", [4111111111111112, 1700000000000, 1700000000000000, 4111111111111111.5, -4111111111111111, 4e21, NaN]],
    ["numbers in JSON text that are no cards", '{"e":"\\u0061","n":[4111111111111112,4.12345678901234007,-4111111111111111,4e15,1700000000000]}'],
    ["what is no JSON", { at: new Date(0), bytes: new Uint8Array([1]), none: undefined }],
  ])("is the same object: %s", (_, value) => {
    expect(redactValue(value, all())).toBe(value);
  }); // prettier-ignore

  test.each<[string, unknown, unknown]>([
    ["a string and a key", { "bob@example.com": `use ${KEY}` }, { "[redacted:email]": "use [redacted:secret]" }],
    ["two keys of a kind, each with its value", { "a@x.org": 1, b: 2, "c@x.org": 3 }, { "[redacted:email]": 1, b: 2, "[redacted:email] 2": 3 }],
    ["a number that is a card", { card: [Number(CARD), 5] }, { card: ["[redacted:card]", 5] }],
    ["a key named __proto__", JSON.parse(`{"__proto__":{"a":"a@x.org"}}`), JSON.parse('{"__proto__":{"a":"[redacted:email]"}}')],
    [
      "JSON text, of which all else stays as it was",
      `{ "a":"\\u0062ob@x.org", "n":12345678901234567890, "n":1.0, "card": ${CARD}, "t":"caf\\u00e9" }`,
      `{ "a":"[redacted:email]", "n":12345678901234567890, "n":1.0, "card": "[redacted:card]", "t":"caf\\u00e9" }`,
    ],
    ["JSON text behind a line break", '{"a":"hi\\nbob@x.org"}', '{"a":"hi\\n[redacted:email]"}'],
    ["JSON text that was cut", '{"a":"\\u0062ob@x.org","b":"', '{"a":"[redacted:email]","b":"'],
    ["a key within JSON text", '[{"bob@x.org":1}]', '[{"[redacted:email]":1}]'],
    ["a field whose name says what its number is", { ssn: "123456789", id: "123456789" }, { ssn: "[redacted:ssn]", id: "123456789" }],
    ["the same, in JSON text", '{"a":[{"ssn":"123456789"}]}', '{"a":[{"ssn":"[redacted:ssn]"}]}'],
    ["an address with a password and a host that looks like mail", "https://u:pw@example.com/x", "https://u:[redacted:secret]@example.com/x"],
  ])("has gone from it: %s", (_, value, expected) => {
    const before = JSON.stringify(value);
    const redacted = redactValue(value, all());
    expect(redacted).toEqual(expected);
    expect(JSON.stringify(value)).toBe(before);
    expect(redactValue(redacted, all())).toBe(redacted);
  }); // prettier-ignore

  test("deeper than can be walked is not kept, and what is not touched is shared", () => {
    let deep: unknown = KEY;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const value = { deep, kept: { a: 1 }, key: KEY };
    const redacted = redactValue(value, all());
    expect(JSON.stringify(redacted)).toContain("[redacted:depth]");
    expect(JSON.stringify(redacted)).not.toContain(KEY);
    expect(redacted.kept).toBe(value.kept);
  });

  test("in text in text in text is found as deep as anybody goes", () => {
    let text = `{"a":"${KEY.replace("s", "\\u0073")}"}`;
    for (let i = 0; i < 8; i++) {
      text = JSON.stringify({ a: text });
      expect(all()(text)).toContain("[redacted:secret]");
      expect(all()(text)).not.toContain(KEY.slice(1));
      expect(() => JSON.parse(all()(text)) as unknown).not.toThrow();
    }
  });
});

test("each kind is counted by how often it was replaced", () => {
  const redact = all(["a known value"]);
  redactValue(
    { a: `${KEY} ${CARD} a known value`, b: JSON.stringify({ c: CARD, d: "a@x.org" }), n: Number(CARD) },
    redact,
  );
  expect(redact.counts).toEqual({ secret: 2, card: 3, iban: 0, email: 1, phone: 0, ip: 0, ssn: 0 });
});

test("secrets go whatever was asked for, and nothing else does", () => {
  const redact = redactorFor({ secrets: true, pii: [], known: [] });
  expect(redact(`${KEY} ${CARD} a@x.org`)).toBe(`[redacted:secret] ${CARD} a@x.org`);
  expect(piiKindsOf(["secrets"])).toEqual([]);
  expect(piiKindsOf(["phone", "card"])).toEqual(["card", "phone"]);
  expect(piiKindsOf(["pii", "card"])).toEqual([...PII_KINDS]);
  expect(REDACT_KINDS).toEqual(["secrets", ...PII_KINDS, "pii"]);
});

test("what is redacted is left as it is, however the pieces meet", () => {
  const pieces = [KEY, CARD, "bob@x.org", "203.0.113.7", "+12125550123", "219-09-9999", "GB82WEST12345698765432", "password=", "api_key: ", '"', "\\", "\\n", "\\u0073", "://", "u:", "@", " ", ":", "=", "Bearer ", "Cookie: ", "{", "}", "[", ",", "x", "token", "-----BEGIN PRIVATE KEY-----"]; // prettier-ignore
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647);
  for (let i = 0; i < 3000; i++) {
    const text = Array.from({ length: 1 + (next() % 9) }, () => pieces[next() % pieces.length]).join("");
    const once = all()(text);
    expect([text, all()(once)]).toEqual([text, once]);
  }
});

/** Of one text and one four times as long: four where every part is linear, sixteen where one is quadratic. */
describe("four times the text takes no more than some four times as long", () => {
  const SIZE = 8192;
  test.each<[string, string]>([
    ["digits", "1"],
    ["digits with spaces", "1 "],
    ["digits in threes", "123-"],
    ["digits in fours", "4111 "],
    ["octets", "1.2.3."],
    ["one letter", "a"],
    ["letters and @", "aaaa@"],
    ["@", "@"],
    ["%40", "%40"],
    ["almost addresses", "a@a."],
    ["colons", ":"],
    ["hexadecimal groups", "fe80:"],
    ["addresses", "://u:p"],
    ["addresses without an end", "http://a"],
    ["equals signs", "="],
    ["names", "password:"],
    ["names with a quote", 'token="'],
    ["names with another", `token='a token="b `],
    ["names of tokens", "token=a"],
    ["headers", "Cookie: a=b;"],
    ["headers that are secret", "Cookie: a=12345;"],
    ["bearers", "Bearer aaaaaaaaaaaaaaaaa "],
    ["beginnings of keys", "sk-ant-"],
    ["beginnings of other keys", "eyJaaaaaaaaaaaaaaaaaaaa."],
    ["private keys without an end", "-----BEGIN PRIVATE KEY-----"],
    ["private keys with spaces", "-----BEGIN A A A A A "],
    ["backslashes", "\\"],
    ["escapes", "\\u0073"],
    ["escaped quotes", '\\\\\\"'],
    ["escaped slashes", "\\/"],
    ["IBANs that are none", "GB82 "],
    ["AWS ids", "AKIAQ3EGUV7NT2B4XZLK "],
    ["values of fields", '"name":"password","value":'],
    ["plus signs", "+1"],
    ["brackets", "(1"],
    ["words about phones", "phone 1 "],
  ])("%s", (_, piece) => {
    const of = (size: number) => piece.repeat(Math.ceil(size / piece.length));
    for (const wrap of [(text: string) => text, (text: string) => JSON.stringify({ a: text })]) {
      const [short, long] = [wrap(of(SIZE)), wrap(of(4 * SIZE))];
      const redact = all();
      time(() => redact(short));
      const ratios = () => best(() => redact(long)) / Math.max(0.2, best(() => redact(short)));
      let ratio = ratios();
      // The machine has others on it: what is quadratic is so each time.
      for (let i = 0; i < 4 && ratio >= 8; i++) ratio = ratios();
      if (process.env["SHOW"] !== undefined) process.stderr.write(`${piece} ${best(() => redact(short)).toFixed(2)} ms ${ratio.toFixed(1)}\n`);
      expect(ratio).toBeLessThan(8);
    }
  }); // prettier-ignore
});

function time(run: () => void): number {
  const { user } = process.cpuUsage();
  const from = performance.now();
  run();
  // Whichever is less: others' work makes the one longer, the compiler's threads the other.
  return Math.min((process.cpuUsage().user - user) / 1000, performance.now() - from);
}

function best(run: () => void): number {
  return Math.min(...Array.from({ length: 3 }, () => time(run)));
}
