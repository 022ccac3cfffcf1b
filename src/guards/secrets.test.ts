import { describe, expect, test } from "vitest";
import { redactValue } from "./redact-value.ts";
import { redactorFor } from "./redact.ts";

/** Made of pieces, so that nobody's scanner takes this file for a leak. */
const of = (...pieces: string[]) => pieces.join("");
const RANDOM = "q7Zx2LmP9vTb4NcR8sWk3HdY6jGf1AeU5oIq";
const HEX = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
const B64 = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
const AWS_SECRET = "wJa1rXUtnF3MI7K7MDENGbPxRf9CY8s4mpleK7yz";

/** Vendors' keys: found by their own form. */
const SHAPED: [string, string][] = [
  ["an OpenAI key", of("sk-", "proj-", RANDOM)],
  ["an old OpenAI key", of("sk-", HEX)],
  ["an Anthropic key", of("sk-", "ant-", "api03-", RANDOM)],
  ["a key of a vendor that writes sk- too", of("sk-", "cp-v2-", RANDOM.slice(0, 20))],
  ["a Google key", of("AI", "za", RANDOM.slice(0, 35))],
  ["a GitHub token", of("gh", "p_", RANDOM)],
  ["a fine-grained GitHub token", of("github_", "pat_", "11ABCDEFG0", RANDOM, "_", RANDOM)],
  ["an AWS key id", of("AK", "IA", "Q3EGUV7NT2B4XZLK")],
  ["a Slack bot token", of("xo", "xb-", "123456789012-", RANDOM)],
  ["a Slack user token", of("xo", "xp-", "123456789012-", RANDOM)],
  ["a Slack webhook", of("https://hooks.slack", ".com/services/", "T00000000/B00000000/", RANDOM.slice(0, 24))],
  ["a GitLab token", of("gl", "pat-", RANDOM.slice(0, 20))],
  ["a Hugging Face token", of("h", "f_", RANDOM)],
  ["a Stripe key", of("sk_", "live_", RANDOM)],
  ["a SendGrid key", of("S", "G.", RANDOM.slice(0, 22), ".", RANDOM, RANDOM.slice(0, 7))],
  ["a Telegram bot's token", of("123456789:", "AA", RANDOM.slice(0, 33))],
  ["a JSON web token", of("ey", "JhbGciOiJIUzI1NiJ9.", "ey", "JzdWIiOiIxMjM0In0.", RANDOM)],
  ["a private key", of("-----BEGIN RSA ", "PRIVATE KEY-----\n", B64, "\n", B64, "\n-----END RSA ", "PRIVATE KEY-----")],
  [
    "an encrypted private key",
    of("-----BEGIN RSA ", "PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,", HEX, "\n\n", B64, "\n-----END RSA ", "PRIVATE KEY-----"),
  ],
  ["a private key that was cut", of("-----BEGIN ", "PRIVATE KEY-----\n", B64, "\n", B64)],
]; // prettier-ignore

/** What only the text around it says is a secret: the text, and what of it must go. */
const NAMED: [string, string, string][] = [
  ["a bearer's token", `curl -H "Authorization: Bearer ${HEX}"`, HEX],
  ["a bearer's token with dots", of("Authorization: Bearer ya", "29.a0AfH6SMB", RANDOM), RANDOM],
  ["a user and a password for HTTP", "Authorization: Basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"],
  ["an api_key in a query", `GET /v1?api_key=${HEX}&page=2`, HEX],
  ["a short api key in a query", "GET /v1?page=2&apikey=a1b2c3d4e5", "a1b2c3d4e5"],
  ["a password in JSON", '{"password": "hunter2"}', "hunter2"],
  ["a password with spaces and a quote", '{"password": "correct \\"horse\\" battery"}', "horse"],
  ["a password in JSON in JSON", '{"body":"{\\"password\\":\\"hunter2\\"}"}', "hunter2"],
  ["a password in an object of Python", "{'user': 'bob', 'db_password': 'hunter2'}", "hunter2"],
  ["a password in a form", "user=bob&password=letmein&x=1", "letmein"],
  ["a password in YAML", "db:\n  password: hunter22\n", "hunter22"],
  ["a password of a connection string", "Server=db;Pwd=Tr0ub4dor&3;", "Tr0ub4dor"],
  ["a secret of AWS", `aws_secret_access_key = ${AWS_SECRET}`, AWS_SECRET],
  ["a secret of AWS beside its id", of("creds: AK", "IAQ3EGUV7NT2B4XZLK / ", AWS_SECRET), AWS_SECRET],
  ["a client's secret", `clientSecret: "${HEX}"`, HEX],
  ["a header of a key", `X-Api-Key: ${HEX}`, HEX],
  ["a cookie", "Cookie: theme=dark; session=abc123def", "abc123def"],
  ["a password in an address", "connect to postgres://u:S3cret@h/db failed", "S3cret"],
  ["a password with an @ in an address", "amqp://u:p@ss@rabbit:5672", "p@ss"],
  ["a token as the user of an address", `git clone https://${HEX}@git.example/x.git`, HEX],
];

const SECRET = (text: string, name: string) => [name, text, text] as [string, string, string];
const ALL = [...SHAPED.map(([name, key]) => SECRET(key, name)), ...NAMED];
const escaped = (text: string) => `\\u00${text.charCodeAt(0).toString(16)}${text.slice(1)}`;
const redact = () => redactorFor({ secrets: true, pii: [], known: [] });

describe.each(ALL)("%s does not survive", (_, text, secret) => {
  test.each<[string, unknown]>([
    ["alone", text],
    ["in a sentence", `I used (${text}) for it.`],
    ["behind a line break of JSON in a text", `{"log":"Here:\\n${JSON.stringify(text).slice(1, -1)}\\nand`],
    ["deep in a body", { messages: [{ role: "user", parts: [{ text: `it is\n${text}\n` }] }] }],
    ["in a key", { [text]: 1 }],
    ["in JSON in a string", { body: JSON.stringify({ a: [{ b: text }] }) }],
    ["in JSON in JSON in a string", JSON.stringify({ a: JSON.stringify({ b: [text] }) })],
  ])("%s", (_, value) => {
    const redacted = redactValue(value, redact());
    expect(JSON.stringify(redacted)).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(JSON.stringify(redacted)).toContain("[redacted:secret]");
    expect(redactValue(redacted, redact())).toBe(redacted);
  });
});

describe.each(SHAPED)("%s does not survive, split by an escape", (_, key) => {
  const inner = JSON.stringify(key).slice(1, -1);
  test.each([
    ["in JSON text", `{"a":"${escaped(inner)}"}`],
    ["in JSON in JSON text", JSON.stringify({ a: `{"a":"${escaped(inner)}"}` })],
    ["in JSON that was cut", `{"a":"${escaped(inner)}","b":`],
    ["in prose", `say "${escaped(inner)}".`],
  ])("%s", (_, text) => {
    const redacted = redact()(text);
    expect(redacted).not.toContain(inner.slice(1));
    expect(redacted).toContain("[redacted:secret]");
    if (text.endsWith("}")) expect(() => JSON.parse(redacted)).not.toThrow();
  });
});

describe("a known value does not survive", () => {
  const KNOWN = 'pa/ss "wörd" +1';
  const json = JSON.stringify(KNOWN).slice(1, -1);
  test.each([
    ["as it is", `x${KNOWN}y`],
    ["in JSON", `{"a":"${json}"}`],
    ["in JSON in JSON that was cut", `{"a":"{\\"b\\":\\"${JSON.stringify(json).slice(1, -1)}`],
    ["with escaped slashes", `{"a":"${json.replace("/", "\\/")}"}`],
    ["in a query", `?q=${encodeURIComponent(KNOWN)}&`],
    ["in a form", `q=${encodeURIComponent(KNOWN).replaceAll("%20", "+")}`],
    ["in a query with small letters", `?q=${encodeURIComponent(KNOWN).toLowerCase()}`],
  ])("%s", (_, text) => {
    const redactor = redactorFor({ secrets: true, pii: [], known: [KNOWN, "short"] });
    const redacted = redactor(text);
    expect(redacted).toContain("[redacted:secret]");
    expect(redacted).not.toMatch(/ss.{1,8}w/);
    expect(redactor.counts.secret).toBe(1);
    expect(redactor("a short one")).toBe("a short one");
  });
});

describe("a field's name makes its value a secret", () => {
  test.each<[string, unknown]>([
    ["of an object", { db: { password: "abc def" } }],
    ["of a header's list", { headers: { authorization: ["Negotiate abc def"] } }],
    ["of an attribute", [{ key: "http.request.header.x-api-key", value: { stringValue: "abc-def-" } }]],
    ["of a header as two fields", [{ name: "Cookie", value: "a=abc def" }]],
    ["in JSON in a string", JSON.stringify({ db: { password: "abc def" } })],
    ["of an attribute, in JSON in a string", JSON.stringify([{ key: "password", value: { stringValue: "abc def" } }])],
  ])("%s", (_, value) => {
    const redacted = JSON.stringify(redactValue(value, redact()));
    expect(redacted).toContain("[redacted:secret]");
    expect(redacted).not.toMatch(/abc.def/);
  });
});

test.each([
  "the password: the one that you set yesterday; password: required",
  '{"type":"object","properties":{"password":{"type":"string"}},"required":["password"]}',
  '{"usage":{"input_tokens":1200,"max_tokens":4096},"token":"Hello","logprob":-0.3}',
  '{"next_page_token":null,"token":" world","tokens":"1234567890123456789"}',
  "apiKey: process.env.OPENAI_API_KEY, password = getPassword(), api_key=os.environ['KEY'], token = self.session.token",
  "password: ${PASSWORD} api_key={{api_key}} password=$PGPASSWORD secret=<your-secret>",
  "http://localhost:8080/a1b2c3d4@x https://example.com/@user/post see user@host:22 redis://:@h",
  "postgres://u:${PGPASSWORD}@h/db postgres://u:{{password}}@h/db",
  "the sk-learn-pipeline-for-classification of task-force-123456789012345",
  "a private key starts with -----BEGIN PRIVATE KEY----- and a word",
  `commit ${HEX}, trace 4bf92f3577b34da6a3ce929d0e0e4736, sha256:${HEX}${HEX}, 018f6f0e-7a3b-7c1d-9e2f-1a2b3c4d5e6f`,
  "gen_ai.client.operation.duration_in_milliseconds_by_percentile chatcmpl-AbCdEfGhIjKlMnOpQrStUvWx",
  "Bearer of the standard-bearer-association, a Bearer token-based-authentication",
  '{"key":"gen_ai.request.model","value":{"stringValue":"claude-sonnet-4-5-20250929"}}',
])("no secret is in: %s", (text) => {
  const redactor = redact();
  expect(redactor(text)).toBe(text);
  expect(redactor.counts.secret).toBe(0);
});
