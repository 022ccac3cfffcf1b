import { CallFailure, excerpt } from "./failure.ts";

/** A status that says well, and a body that is no answer. */
export function notAnAnswer(status: number, contentType: string | undefined, body: string | undefined): CallFailure {
  return new CallFailure("bad-response", wordsOf(status, contentType, body), { status });
}

function wordsOf(status: number, contentType: string | undefined, body: string | undefined): string {
  if (body === undefined || body.trim() === "") return `answered ${status} with an empty body`;
  const what = contentType?.split(";")[0] ?? "no content type";
  return `answered ${status} with something that is not a model's answer (${what}): ${excerpt(body)}`;
}

/** A stream that began with 200 and then said "error"; worth another try when it was the provider's fault. */
export function streamReported(message: string, isRetryable: boolean): CallFailure {
  return new CallFailure("bad-response", `the stream reported an error: ${excerpt(message)}`, {
    retry: isRetryable ? "backoff" : "no",
  });
}
