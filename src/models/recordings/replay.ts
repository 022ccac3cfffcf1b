import type { CallContext, ModelClient, ModelRequest, ModelResult } from "../client/client.ts";
import { ModelError } from "../client/model-error.ts";
import { recordingKey } from "./request-key.ts";
import { readRecordings } from "./file.ts";

/** Recorded answers by key. */
export type Recordings = ReadonlyMap<string, ModelResult>;

/** Reads recordings files; where two answer the same request, the last one holds. */
export async function loadRecordings(files: readonly string[]): Promise<Recordings> {
  const all = new Map<string, ModelResult>();
  for (const file of files) {
    for await (const { key, result } of readRecordings(file)) all.set(key, result);
  }
  return all;
}

/** A client that answers from recordings alone: no key, no network. */
export async function replayClient(pin: string, files: string | readonly string[]): Promise<ModelClient> {
  return withReplayFirst(null, await loadRecordings(typeof files === "string" ? [files] : files), pin);
}

/** Recorded answers first, else the client, else a `missing-recording` error that names the case. */
export function withReplayFirst(client: ModelClient | null, recordings: Recordings, pin?: string): ModelClient {
  const name = client?.pin ?? pin ?? "";
  return {
    pin: name,
    kind: client?.kind ?? "recordings",
    cacheable: client?.cacheable ?? false,
    remote: client?.remote ?? false,
    generate: (request: ModelRequest, context: CallContext) => {
      const recorded = recordings.get(recordingKey(name, request, context.trial));
      if (recorded !== undefined) return Promise.resolve({ ...structuredClone(recorded), replayed: true });
      return client === null ? Promise.reject(missing(name, context)) : client.generate(request, context);
    },
    close: () => client?.close() ?? Promise.resolve(),
  };
}

function missing(pin: string, { caseId, trial }: CallContext): ModelError {
  const message = `case ${caseId}, trial ${trial + 1}: no recorded answer of ${pin} for this request`;
  return new ModelError("missing-recording", message, {
    hint: "the prompt, its parameters or the case changed since; agentops eval --record asks the model and records",
  });
}
