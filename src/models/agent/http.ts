import type { ModelProvider } from "../../core/config.schema.ts";
import { readJson } from "../../core/json.ts";
import { requiredKey } from "../client/api-key.ts";
import type { Answer, Backend } from "../client/backend.ts";
import type { BackendSetup } from "../client/backend.ts";
import { CallFailure, excerpt } from "../client/failure.ts";
import { httpFailure } from "../client/http-failure.ts";
import { createDispatcher } from "../transport/agent.ts";
import { leanFetch } from "../transport/fetch.ts";
import type { LeanResponse } from "../transport/response.ts";
import { transportErrorIn, transportFailure } from "../transport/transport-error.ts";
import { agentAnswer, agentRequest } from "./protocol.ts";

type HttpProvider = Extract<ModelProvider, { kind: "http" }>;

/** An agent behind a URL: the same JSON as a process gets, posted. */
export async function httpBackend(
  provider: HttpProvider,
  { env, name, clock, maxAnswer }: BackendSetup,
): Promise<Backend> {
  const dispatcher = await createDispatcher(env);
  const fetch = leanFetch(dispatcher, maxAnswer);
  const { apiKeyEnv } = provider;
  const headers = {
    "content-type": "application/json",
    ...provider.headers,
    ...(apiKeyEnv === undefined ? {} : { authorization: `Bearer ${requiredKey(env, apiKeyEnv, name)}` }),
  };
  let asked = 0;
  return {
    attempt: async (request, context, { signal }) => {
      const body = agentRequest(String(++asked), request, context);
      const response = await fetch(provider.url, { method: "POST", headers, body, signal }).catch(rethrown);
      const text = await response.text().catch(rethrown);
      if (response.ok) return parsedAnswer(response, text);
      throw httpFailure({ status: response.status, headers: Object.fromEntries(response.headers), body: text }, clock);
    },
    close: () => dispatcher.destroy(),
  };
}

function rethrown(error: unknown): never {
  const transport = transportErrorIn(error);
  throw transport === undefined ? error : transportFailure(transport);
}

function parsedAnswer({ status }: LeanResponse, text: string): Answer {
  const json = readJson(text);
  if ("value" in json) return agentAnswer(json.value);
  const what = json.problem.syntax ? "no JSON" : json.problem.message;
  const said = text.trim() === "" ? "an empty body" : `${what}: ${excerpt(text)}`;
  throw new CallFailure("bad-response", `answered ${status} with ${said}`, { status });
}
