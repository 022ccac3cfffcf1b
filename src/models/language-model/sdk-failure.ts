import { APICallError, InvalidPromptError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import { CallFailure, excerpt } from "../client/failure.ts";
import { httpFailure } from "../client/http-failure.ts";
import { transportErrorIn, transportFailure } from "../transport/transport-error.ts";

/**
 * What an error thrown by a provider package amounts to. The error itself is dropped: it carries the whole request,
 * and nothing that quotes a request should come near a log.
 */
export function failureOf(error: unknown, clock: Clock): CallFailure {
  if (error instanceof CallFailure) return error;
  const transport = transportErrorIn(error);
  if (transport !== undefined) return transportFailure(transport);
  if (APICallError.isInstance(error)) return apiFailure(error, clock);
  if (UnsupportedFunctionalityError.isInstance(error) || InvalidPromptError.isInstance(error)) {
    return new CallFailure("bad-request", excerpt(messageOf(error)));
  }
  return new CallFailure("bad-response", `not an answer: ${excerpt(messageOf(error))}`);
}

function apiFailure(error: APICallError, clock: Clock): CallFailure {
  const status = error.statusCode;
  const headers = error.responseHeaders ?? {};
  const streamed = headers["content-type"]?.includes("event-stream") === true;
  if (streamed || status === undefined) return streamFailure(error);
  if (status < 200 || status >= 300)
    return httpFailure({ status, headers, body: error.responseBody ?? error.message }, clock);
  return new CallFailure("bad-response", notJson(status, headers["content-type"], error.responseBody), { status });
}

/** A stream that began with 200 and then said "error"; worth another try when it was the provider's fault. */
function streamFailure(error: APICallError): CallFailure {
  return new CallFailure("bad-response", `the stream reported an error: ${excerpt(error.message)}`, {
    retry: error.isRetryable ? "backoff" : "no",
  });
}

function notJson(status: number, contentType: string | undefined, body: string | undefined): string {
  if (body === undefined || body.trim() === "") return `answered ${status} with an empty body`;
  const what = contentType?.split(";")[0] ?? "no content type";
  return `answered ${status} with something that is not a model's answer (${what}): ${excerpt(body)}`;
}
