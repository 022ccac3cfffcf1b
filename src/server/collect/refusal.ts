/** google.rpc.Code, as far as it is used here, and the status of HTTP that goes with each reason; clients try again after 429 and 503 alone. */
const REASONS = {
  unreadable: [400, 3],
  unauthenticated: [401, 16],
  unknownPath: [404, 5],
  wrongMethod: [405, 12],
  tooLarge: [413, 3],
  wrongType: [415, 3],
  full: [429, 8],
  broken: [500, 13],
  unavailable: [503, 14],
} as const satisfies Record<string, readonly [http: number, rpc: number]>;

export type Reason = keyof typeof REASONS;

/** A request that is not taken, and why, in words for the log of its client. */
export class Refusal extends Error {
  readonly http: number;
  readonly rpc: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(reason: Reason, message: string, headers: Record<string, string> = {}) {
    super(message);
    [this.http, this.rpc] = REASONS[reason];
    this.headers = headers;
  }
}

/** @param afterS seconds; clients add their own jitter to it */
export function comeAgain(reason: "full" | "unavailable", message: string, afterS: number): Refusal {
  return new Refusal(reason, message, { "retry-after": String(afterS) });
}
