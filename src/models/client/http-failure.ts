import type { Clock } from "../../core/clock.ts";
import type { ModelErrorKind } from "./client.ts";
import { CallFailure, excerpt, type RetryAdvice } from "./failure.ts";
import { type Headers, retryAfterMs } from "./retry-after.ts";
import { isSpendLimit } from "./spend.ts";

export interface HttpAnswer {
  status: number;
  /** Lower-case names. */
  headers: Headers;
  body: string | undefined;
}

const RETRIED = new Set([408, 409, 429, 500, 502, 503, 504, 529]);

/** What an answer outside 2xx means and whether to try again. */
export function httpFailure(answer: HttpAnswer, clock: Clock): CallFailure {
  const body = parsed(answer.body);
  const kind = isSpendLimit(answer.status, body) ? "spend" : kindOf(answer.status);
  const said = maskedKeys(excerpt(providerMessage(body) ?? answer.body ?? "", 300));
  return new CallFailure(kind, `answered ${answer.status}${said === "" ? "" : `: ${said}`}`, {
    status: answer.status,
    hint: HINTS[kind],
    retry: adviceFor(kind, answer, body, clock),
  });
}

const HINTS: Partial<Record<ModelErrorKind, string>> = {
  auth: "the provider refuses the key: check the environment variable named by apiKeyEnv",
  spend:
    "a spend or quota limit of the account is reached; retrying does not help, raise the limit or wait for its reset",
  "not-found": "check the model name in the pin and baseUrl in agentops.config.yaml",
  "rate-limit": "lower --concurrency, or set limits.requestsPerMinute for this provider",
};

function kindOf(status: number): ModelErrorKind {
  if (status === 401 || status === 403) return "auth";
  if (status === 404) return "not-found";
  if (status === 429) return "rate-limit";
  if (status === 408 || status >= 500) return "server";
  return status === 409 ? "server" : "bad-request";
}

function adviceFor(kind: ModelErrorKind, answer: HttpAnswer, body: unknown, clock: Clock): RetryAdvice {
  if (kind === "spend" || !RETRIED.has(answer.status)) return "no";
  if (answer.headers["x-should-retry"] === "false") return "no";
  return retryAfterMs(answer.headers, body, clock) ?? "backoff";
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function providerMessage(body: unknown): string | undefined {
  const root = (Array.isArray(body) ? body[0] : body) as Record<string, unknown> | null | undefined;
  const error = root?.["error"];
  const nested = typeof error === "object" && error !== null ? (error as { message?: unknown }).message : error;
  return [nested, root?.["message"], root?.["detail"]].find((m): m is string => typeof m === "string" && m !== "");
}

/** Providers quote a part of a wrong key (`sk-ab***yz`); a part is still more than an error should say. */
function maskedKeys(text: string): string {
  return text.replace(/[\w-]*\*{3,}[\w*-]*/g, "[REDACTED]");
}
