import type { Dispatcher } from "undici";
import type { Clock } from "../../core/clock.ts";
import type { Answer, Backend } from "../client/backend.ts";
import { CallFailure } from "../client/failure.ts";
import { httpFailure } from "../client/http-failure.ts";
import { notAnAnswer, streamReported } from "../client/not-an-answer.ts";
import { filteredIn } from "../client/filtered.ts";
import { answerOf } from "../language-model/answer.ts";
import { destination, post, type Posted } from "../transport/post.ts";
import { TransportError, transportFailure } from "../transport/transport-error.ts";
import { generatedFrom, readCompletion } from "./completion.ts";
import { type ChatDialect, needsPackage } from "./dialect.ts";
import { chatRequests } from "./request.ts";

export interface ChatOptions {
  model: string;
  clock: Clock;
  maxAnswer: number;
  dispatcher: Dispatcher;
  /** The provider's package, for what only it knows how to ask; loaded when that is asked. */
  package: () => Promise<Backend>;
}

/** Attempts by chat completions, written and read here: a provider's package takes as long for each as the network. */
export function chatBackend(dialect: ChatDialect, options: ChatOptions): Backend {
  const { model, clock, maxAnswer, dispatcher } = options;
  const to = destination(dialect.url, dialect.headers, maxAnswer);
  const write = chatRequests(model);
  let packaged: Promise<Backend> | undefined;
  return {
    async attempt(request, context, halt) {
      if (needsPackage(dialect, request))
        return (await (packaged ??= options.package())).attempt(request, context, halt);
      const { body, warnings } = write(request);
      const posted = await post(dispatcher, to, body, halt).catch(rethrown);
      const stopGiven = (request.parameters.stop?.length ?? 0) > 0;
      return answerIn(posted, { dialect, warnings, stopGiven, clock });
    },
    close: () => dispatcher.destroy(),
  };
}

function rethrown(error: unknown): never {
  throw error instanceof TransportError ? transportFailure(error) : error;
}

interface Asked {
  dialect: ChatDialect;
  warnings: readonly string[];
  stopGiven: boolean;
  clock: Clock;
}

function answerIn(posted: Posted, { dialect, warnings, stopGiven, clock }: Asked): Answer {
  const { status, text } = posted;
  const completion = status >= 200 && status < 300 ? readCompletion(text) : undefined;
  if (completion === undefined) return filteredIn(text) ?? refuse(posted, clock);
  const [choice] = completion.choices;
  if (choice === undefined)
    throw new CallFailure("bad-response", "not an answer: Response did not contain any choices.");
  return answerOf(generatedFrom(completion, choice, dialect, warnings), stopGiven);
}

function refuse({ status, headers, text }: Posted, clock: Clock): never {
  const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
  const type = flat["content-type"];
  if (type?.includes("event-stream") === true) throw streamReported("Invalid JSON response", false);
  if (status >= 200 && status < 300) throw notAnAnswer(status, type, text);
  throw httpFailure({ status, headers: flat, body: text }, clock);
}
