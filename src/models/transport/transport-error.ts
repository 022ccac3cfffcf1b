import { sizeText } from "../../core/size.ts";
import { CallFailure } from "../client/failure.ts";

/** A connection that failed: before an answer began (`request`) or in the middle of one (`body`). */
export class TransportError extends Error {
  readonly phase: "request" | "body";
  /** Node's or undici's code, e.g. ECONNREFUSED, UND_ERR_SOCKET. */
  readonly code: string;
  readonly url: string;

  constructor(phase: "request" | "body", url: string, cause: unknown) {
    super("connection failed", { cause });
    this.phase = phase;
    this.url = url;
    this.code = codeOf(cause);
  }
}

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ENOTFOUND",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/;

/** An answer that was not read to its end, since nobody wants one so large. */
export class AnswerTooLarge extends TransportError {
  readonly maxAnswer: number;

  constructor(url: string, maxAnswer: number) {
    super("body", url, undefined);
    this.maxAnswer = maxAnswer;
  }
}

export const TOO_LARGE_HINT = "limits: { maxAnswer: 64MiB } in agentops.config.yaml takes larger ones";

/** The failure a broken connection amounts to; names host and port, never a header. */
export function transportFailure(error: TransportError): CallFailure {
  const host = hostOf(error.url);
  if (error instanceof AnswerTooLarge)
    return new CallFailure("bad-response", `${host} answered with more than ${sizeText(error.maxAnswer)}`, {
      hint: TOO_LARGE_HINT,
    });
  if (error.phase === "body") {
    return new CallFailure("bad-response", `${host} closed the connection in the middle of its answer`, {
      retry: "backoff",
    });
  }
  if (UNREACHABLE.has(error.code)) {
    return new CallFailure("network", `cannot reach ${host} (${error.code})`, {
      hint: `is the server running, and is baseUrl right? tried ${host}`,
      retry: error.code === "ENOTFOUND" ? "no" : "connect",
    });
  }
  if (CERTIFICATE.test(error.code)) {
    return new CallFailure("certificate", `no safe connection to ${host} (${error.code})`, {
      hint: "NODE_EXTRA_CA_CERTS names a file of certificates to trust besides the usual ones",
    });
  }
  return new CallFailure("network", `${host} closed the connection without an answer (${error.code})`, {
    retry: "backoff",
  });
}

/** The transport error inside whatever an SDK wrapped around it. */
export function transportErrorIn(error: unknown): TransportError | undefined {
  let at: unknown = error;
  for (let depth = 0; depth < 8 && at instanceof Error; depth++) {
    if (at instanceof TransportError) return at;
    at = at.cause;
  }
  return undefined;
}

function codeOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "connection error";
}

function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
}
