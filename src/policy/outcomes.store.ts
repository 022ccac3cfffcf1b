import type { Sqlite } from "../state/connection.ts";

const HOUR = "2026-11-21T10".length;

/** What was served of the versions that were stable in a window, by the hour it began in: copies of inputs do not count. */
export function stableOutcomes(
  sqlite: Sqlite,
  { environment, target, since }: { environment: string; target: string; since: string },
): { n: number; failed: number } {
  const row = sqlite
    .prepare<[Record<string, string>], { n: number; succeeded: number }>(
      `SELECT TOTAL(n) AS n, TOTAL(succeeded) AS succeeded FROM outcomes
       WHERE environment = @environment AND target = @target AND hour >= @hour AND shadow = 0 AND version IN (
         SELECT version FROM stables WHERE environment = @environment AND target = @target AND at >= @since
         UNION SELECT version FROM (SELECT version FROM stables
           WHERE environment = @environment AND target = @target AND at < @since ORDER BY id DESC LIMIT 1))`,
    )
    .get({ environment, target, since, hour: since.slice(0, HOUR) });
  const { n = 0, succeeded = 0 } = row ?? {};
  return { n, failed: n - succeeded };
}
