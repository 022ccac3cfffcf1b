const MINUTE_MS = 60_000;

/** The minute of an ISO 8601 time, counted since 1970; what was served in one minute settles together. */
export function minuteOf(at: string): number {
  return Math.floor(Date.parse(at) / MINUTE_MS);
}

/**
 * Names what was served: when (ms since 1970), by whom, the how manyeth. Cheap enough for each answer, and it says by itself when that was.
 * @param source letters and digits that no other process has
 */
export function exposureToken(servedMs: number, source: string, n: number): string {
  return `${servedMs.toString(36)}-${source}-${n.toString(36)}`;
}

const TOKEN = /^([0-9a-z]{6,9})-[A-Za-z0-9_]+-[0-9a-z]+$/;

/** When a token of {@link exposureToken} says it was served, ISO 8601; null where it is a name that somebody else made. */
export function servedAtOf(exposure: string): string | null {
  const ms = Number.parseInt(TOKEN.exec(exposure)?.[1] ?? "", 36);
  return Number.isNaN(ms) || ms > 8.64e15 ? null : new Date(ms).toISOString();
}

/** The minute in which what an observation is of was served: its token's, else its own. */
export function servedMinuteOf({ exposure, at }: { exposure?: string | undefined; at: string }): number {
  return minuteOf((exposure === undefined ? null : servedAtOf(exposure)) ?? at);
}
