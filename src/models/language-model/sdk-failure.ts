import { APICallError, InvalidPromptError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import { CallFailure, excerpt } from "../client/failure.ts";
import { httpFailure } from "../client/http-failure.ts";
import { notAnAnswer, streamReported } from "../client/not-an-answer.ts";
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
  if (streamed || status === undefined) return streamReported(error.message, error.isRetryable);
  if (status < 200 || status >= 300)
    return httpFailure({ status, headers, body: error.responseBody ?? error.message }, clock);
  return notAnAnswer(status, headers["content-type"], error.responseBody);
}
