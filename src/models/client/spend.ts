import { googleDetails } from "./retry-after.ts";

/** Codes that mean "somebody must pay or raise a limit": waiting does not help, so they are never retried. */
const SPEND_CODES = new Set([
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
  "insufficient_quota",
  "billing_hard_limit_reached",
  "billing_error",
  "enforced_spend_limit_reached",
]);

/** True when an error body speaks of money or of a quota that lasts the day. */
export function isSpendLimit(status: number, body: unknown): boolean {
  if (status === 402) return true;
  const error = (body as { error?: unknown } | null | undefined)?.error;
  if (typeof error === "object" && error !== null && namesSpendCode(error as Record<string, unknown>)) return true;
  return status === 429 && googleDetails(body).some(isDailyQuota);
}

function namesSpendCode(error: Record<string, unknown>): boolean {
  const details = error["details"] as { error_code?: unknown } | null | undefined;
  return [error["code"], error["type"], details?.error_code].some((c) => typeof c === "string" && SPEND_CODES.has(c));
}

function isDailyQuota(detail: Record<string, unknown>): boolean {
  const violations = detail["violations"];
  if (!Array.isArray(violations)) return false;
  return violations.some((violation: { quotaId?: unknown } | null) => {
    const id = violation?.quotaId;
    return typeof id === "string" && /PerDay/i.test(id);
  });
}
