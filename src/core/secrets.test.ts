import { expect, test } from "vitest";
import { secretsIn } from "./secrets.ts";

/** Made of pieces, so that nobody's scanner takes this file for a leak. */
const of = (...pieces: string[]) => pieces.join("");
const RANDOM = "q7Zx2LmP9vTb4NcR8sWk3HdY6jGf1AeU5oIq";
const HEX = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";

test.each<[string, string]>([
  ["OpenAI key", of("sk-", "proj-", RANDOM)],
  ["OpenAI key", of("sk-", HEX)],
  ["Anthropic key", of("sk-", "ant-", "api03-", RANDOM)],
  ["OpenRouter key", of("sk-", "or-v1-", HEX, HEX)],
  ["Google key", of("AI", "za", RANDOM.slice(0, 35))],
  ["GitHub token", of("gh", "p_", RANDOM)],
  ["AWS access key id", of("AK", "IA", "Q3EGUV7NT2B4XZLK")],
  ["Slack token", of("xo", "xb-", "123456789012-", RANDOM)],
  ["Stripe key", of("sk_", "live_", RANDOM)],
  ["JSON web token", of("ey", "JhbGciOiJIUzI1NiJ9.", "ey", "JzdWIiOiIxMjM0In0.", RANDOM)],
  ["private key", of("-----BEGIN RSA ", "PRIVATE KEY-----\\n", RANDOM, RANDOM)],
  ["secret", of("aws_secret_access_key = ", RANDOM)],
  ["secret", of('"client_secret": "', HEX, '"')],
])("%s is found, with its place and without itself", (kind, key) => {
  const [found, ...more] = secretsIn(`Here:\\n${key}.`);
  expect([found?.kind, more]).toEqual([kind, []]);
  expect(found?.offset).toBe(`Here:\\n${key}`.length - key.length + (kind === "secret" ? key.search(/[A-Za-z0-9]{30,}/) : 0)); // prettier-ignore
  expect(JSON.stringify(found)).not.toContain(key.slice(-20));
  expect(secretsIn(key, new Set([found?.fingerprint ?? ""]))).toEqual([]);
});

test("a password in an address is found at its place", () => {
  const text = of("connect to postgres://u:", "S3cretPassw0rd99", "@h/db");
  expect(secretsIn(text)).toMatchObject([{ kind: "password in an address", offset: text.indexOf("S3cret") }]);
});

test.each([
  "postgres://user:password123@localhost postgres://u:${PGPASSWORD}@h postgres://u:{{password1}}@h http://h:8080/a1b2c3d4@x",
  "postgres://postgres:postgres@localhost/db mysql://u:YOUR_PASS_1234@h https://h/a:b1c2d3e4f5@v2",
  "sk-... YOUR_KEY sk-YOUR-OPENAI-KEY-GOES-HERE-1234 <API_KEY>",
  "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-00000000000000000000000000",
  "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  "api_key: ${OPENAI_API_KEY}, apiKey: {{api_key}}, api-key: process.env.OPENAI_API_KEY",
  "the sk-learn-pipeline-for-classification of task-force-1234567890123456789012",
  "api_key: the-key-of-your-account-in-the-console",
  "a private key starts with -----BEGIN PRIVATE KEY----- and a word",
  `commit ${HEX}, sha256:${HEX}${HEX}`,
])("no key is in: %s", (text) => {
  expect(secretsIn(text)).toEqual([]);
});
