import type { CallContext, Message, ModelClient, ModelRequest, ModelResult } from "../../models/client/client.ts";
import { ModelError } from "../../models/client/model-error.ts";
import { clip, quote, textOf } from "../wording.ts";

/** What a judge's reply says, or why that cannot be told. */
export type Reading<T> = { value: T } | { wrong: string };

/** An ask, answered or failed. */
type Asked = Pick<ModelResult, "attempts" | "costUsd"> & { retryCostUsd?: number };

/** A judge that could not be understood, with what both replies cost; null when a price is unknown. */
export class JudgeError extends ModelError {
  readonly spentUsd: number | null;

  constructor(message: string, asked: readonly Asked[], cause?: unknown) {
    const attempts = asked.reduce((total, one) => total + one.attempts, 0);
    const costUsd = asked.reduce((total, one) => total + (one.costUsd ?? 0) + (one.retryCostUsd ?? 0), 0);
    super("bad-response", message, { attempts, costUsd, cause });
    this.spentUsd = asked.some((one) => one.costUsd === null) ? null : costUsd;
  }
}

/** Of an unreadable reply that is shown to the judge again. */
const SHOWN = 4000;

/**
 * Asks a judge, and once more, saying what was wrong, when its reply cannot be read. Both asks are requests of their own, so that each
 * is recorded and paid for. Throws a {@link JudgeError} when the second cannot be read either, and what the model throws.
 */
export async function askJudge<T>(
  judge: ModelClient,
  request: ModelRequest,
  call: CallContext,
  read: (reply: unknown) => Reading<T>,
): Promise<{ value: T; costUsd: number | null }> {
  const first = await generate(judge, request, call);
  const found = read(first.output);
  if ("value" in found) return { value: found.value, costUsd: costOf(first) };
  const second = await generate(judge, againRequest(request, first.output, found.wrong), call).catch(
    (error: unknown) => {
      throw error instanceof ModelError && error.kind !== "aborted" ? lost(judge, first, found.wrong, error) : error;
    },
  );
  const again = read(second.output);
  if ("value" in again) return { value: again.value, costUsd: sum(costOf(first), costOf(second)) };
  const said = `${again.wrong}: ${quote(textOf(second.output), 200)}`;
  const message = `judge ${judge.pin} gave no readable verdict, though asked twice: ${said}`;
  throw new JudgeError(message, [first, second]);
}

function againRequest(request: ModelRequest, reply: unknown, wrong: string): ModelRequest {
  const said = clip(textOf(reply), SHOWN);
  const own: Message[] = said.trim() === "" ? [] : [{ role: "assistant", content: said }];
  const content = `Your reply could not be read: ${wrong}. Reply once more, in exactly the form that was asked for, and with nothing else.`;
  return { ...request, messages: [...request.messages, ...own, { role: "user", content }] };
}

/** The first reply was paid for, whatever became of the second. */
function lost(judge: ModelClient, first: ModelResult, wrong: string, error: ModelError): JudgeError {
  const said = `${wrong}: ${quote(textOf(first.output), 200)}`;
  const message = `judge ${judge.pin} gave no readable verdict (${said}) and could not be asked again: ${error.message}`;
  return new JudgeError(message, [first, error], error);
}

/** Judges whose model takes no structured output; found out once a run. */
const withoutFormat = new WeakSet<ModelClient>();

/** Asks for the verdict's JSON Schema; a model that has no such thing is asked in words alone. */
async function generate(judge: ModelClient, request: ModelRequest, call: CallContext): Promise<ModelResult> {
  const { responseFormat, ...inWords } = request;
  if (responseFormat === undefined || withoutFormat.has(judge)) return judge.generate(inWords, call);
  try {
    return await judge.generate(request, call);
  } catch (error) {
    if (!(error instanceof ModelError) || error.kind !== "bad-request" || !ABOUT_FORMAT.test(error.message))
      throw error;
    withoutFormat.add(judge);
    return judge.generate(inWords, call);
  }
}

const ABOUT_FORMAT =
  /response_?(format|schema)|json_?schema|json_object|structured.?output|output_?(format|config)|guided_json|grammar/i;

function costOf({ costUsd, retryCostUsd }: ModelResult): number | null {
  return costUsd === null ? null : costUsd + retryCostUsd;
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
