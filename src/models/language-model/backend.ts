import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { Clock } from "../../core/clock.ts";
import type { Backend } from "../client/backend.ts";
import type { ModelRequest } from "../client/client.ts";
import { answerOf } from "./answer.ts";
import { callOptions } from "./call-options.ts";
import { filteredAnswer } from "./filtered.ts";
import type { Generated } from "./generated.ts";
import { failureOf } from "./sdk-failure.ts";
import { gather } from "./stream.ts";

export interface LanguageModelOptions {
  clock: Clock;
  stream: boolean;
  /** The provider package's name for its own options. */
  providerKey: string;
  close: () => Promise<void>;
}

/** Attempts through a model of a provider package. */
export function languageModelBackend(model: LanguageModelV3, options: LanguageModelOptions): Backend {
  const { clock, stream, providerKey } = options;
  const generate = stream ? streamed : atOnce;
  return {
    attempt: async (request, _context, { signal }) => {
      try {
        const generated = await generate(model, request, { signal, providerKey, clock });
        return answerOf(generated, (request.parameters.stop?.length ?? 0) > 0);
      } catch (error) {
        const filtered = filteredAnswer(error);
        if (filtered !== undefined) return filtered;
        throw failureOf(error, clock);
      }
    },
    close: options.close,
  };
}

interface Call {
  signal: AbortSignal;
  providerKey: string;
  clock: Clock;
}

async function atOnce(model: LanguageModelV3, request: ModelRequest, call: Call): Promise<Generated> {
  const options = { ...callOptions(request, call.providerKey), abortSignal: call.signal };
  const result = await model.doGenerate(options);
  const { content, finishReason, usage, warnings, response } = result;
  return {
    content,
    finishReason,
    usage,
    warnings,
    modelId: response?.modelId,
    bodies: [response?.body],
    ttftMs: null,
  };
}

async function streamed(model: LanguageModelV3, request: ModelRequest, call: Call): Promise<Generated> {
  const { clock } = call;
  const start = clock.monotonicMs();
  const options = { ...callOptions(request, call.providerKey), abortSignal: call.signal, includeRawChunks: true };
  const { stream } = await model.doStream(options);
  return gather(stream, () => clock.monotonicMs() - start);
}
