import { describe, expect, it } from "vitest";
import type { Clock } from "../../core/clock.ts";
import { CallFailure, type RetryAdvice } from "../client/failure.ts";
import { httpFailure } from "../client/http-failure.ts";
import { pauseBefore } from "./retries.ts";

const clock: Clock = { now: () => new Date("2026-11-21T10:00:00Z"), monotonicMs: () => 0 };
const google = (details: object[]) =>
  JSON.stringify({ error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "m", details } });
const retryInfo = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "22.5s" };

describe("what to do after a failed answer", () => {
  it.each([
    ["milliseconds", 429, { "retry-after-ms": "1500" }, "", "rate-limit", 1500],
    ["seconds", 429, { "retry-after": "3" }, "", "rate-limit", 3000],
    ["an HTTP date", 503, { "retry-after": "Sat, 21 Nov 2026 10:00:20 GMT" }, "", "server", 20_000],
    ["a date in the past", 503, { "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" }, "", "server", "backoff"],
    ["a negative number", 503, { "retry-after": "-5" }, "", "server", "backoff"],
    ["negative milliseconds", 503, { "retry-after-ms": "-5" }, "", "server", "backoff"],
    ["nonsense in the header", 429, { "retry-after": "soon" }, "", "rate-limit", "backoff"],
    ["Google's delay in the body", 429, {}, google([retryInfo]), "rate-limit", 22_500],
    ["Google's list form of the same", 429, {}, `[${google([retryInfo])}]`, "rate-limit", 22_500],
    [
      "Google's daily quota",
      429,
      {},
      google([retryInfo, { violations: [{ quotaId: "RequestsPerDayPerProject" }] }]),
      "spend",
      "no",
    ],
    [
      "Google's quota of a minute",
      429,
      {},
      google([{ violations: [{ quotaId: "RequestsPerMinute" }] }]),
      "rate-limit",
      "backoff",
    ],
    [
      "OpenAI's spend limit",
      429,
      {},
      '{"error":{"message":"m","code":"organization_spend_limit_exceeded"}}',
      "spend",
      "no",
    ],
    [
      "Anthropic's spend limit",
      429,
      {},
      '{"error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}',
      "spend",
      "no",
    ],
    ["Anthropic's empty balance", 400, {}, '{"error":{"type":"billing_error","message":"m"}}', "spend", "no"],
    ["409", 409, {}, "", "server", "backoff"],
    ["501", 501, {}, "", "server", "no"],
    ["400", 400, { "retry-after": "1" }, "", "bad-request", "no"],
  ] as [string, number, Record<string, string>, string, string, RetryAdvice][])(
    "%s",
    (_t, status, headers, body, kind, retry) => {
      expect(httpFailure({ status, headers, body }, clock)).toMatchObject({ kind, retry });
    },
  );

  it("backs off exponentially with full jitter up to 30 s, and only as often as allowed", () => {
    const policy = { retries: 20, random: () => 1, signal: new AbortController().signal, onFailure: () => undefined };
    const pauses = (retry: RetryAdvice) =>
      [1, 2, 3, 4, 10].map((n) => pauseBefore(new CallFailure("server", "m", { retry }), n, policy));
    expect(pauses("backoff")).toEqual([1000, 2000, 4000, 8000, 30_000]);
    expect(pauses("connect")).toEqual([300, 600, 1200, undefined, undefined]);
    expect(pauses("no")).toEqual(Array(5).fill(undefined));
    expect(pauses(90_000)).toEqual(Array(5).fill(90_000));
    expect(pauseBefore(new CallFailure("server", "m", { retry: "backoff" }), 21, policy)).toBeUndefined();
    expect(() => pauses(121_000)).toThrow("asks to wait 121 s");
  });
});
