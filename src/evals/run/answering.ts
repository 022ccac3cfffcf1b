import { existsSync } from "node:fs";
import { join } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { parsePin } from "../../core/refs.ts";
import type { ModelClient, ModelRequest } from "../../models/client/client.ts";
import { createModelClient } from "../../models/create.ts";
import { outputsClient, type RecordedOutput } from "../../models/outputs.ts";
import { withRecording } from "../../models/recordings/record.ts";
import { loadRecordings, withReplayFirst } from "../../models/recordings/replay.ts";
import { requestKey } from "../../models/recordings/request-key.ts";
import type { EvalContext } from "./context.ts";
import type { RunSpec } from "./run-spec.ts";

export interface AnsweringOptions {
  concurrency?: number | undefined;
  record?: boolean;
  live?: boolean;
  /** The recorded output of a trial, when the suite scores recorded outputs. */
  recorded(caseId: string, trial: number): RecordedOutput | undefined;
}

/** Everything that answers in a run: the target's model and the judges of its scorers. */
export interface Answering {
  client: ModelClient;
  /** The client of a judge; one per pin. */
  judge(pin: string): Promise<ModelClient>;
  /** Key under which the store may answer; null where an equal request need not give an equal answer. */
  requestKey: (request: ModelRequest, trial: number) => string | null;
  /**
   * What answers where the target's model cannot, with keys of its own: nothing of it is ever taken for the target's model. It is opened at the
   * first call; one that cannot be opened here, for want of a key say, fails each call with why.
   */
  fallback(pin: string): Promise<Pick<Answering, "client" | "requestKey">>;
  close(): Promise<void>;
}

export async function openAnswering(
  context: EvalContext,
  spec: RunSpec,
  options: AnsweringOptions,
): Promise<Answering> {
  const others = new Map<string, Promise<ModelClient>>();
  const open = (pin: string) => clientOf(context, spec.suite.name, pin, options);
  const client = spec.outputs === null ? await open(spec.model) : outputsClient((c, t) => options.recorded(c, t));
  const other = (pin: string) => {
    const found = others.get(pin) ?? open(pin);
    others.set(pin, found);
    return found;
  };
  return {
    client,
    judge: other,
    requestKey: keysOf(context, client),
    fallback: async (pin) => {
      const opened = await other(pin).catch((error: unknown) => refusing(pin, error));
      return { client: opened, requestKey: keysOf(context, opened) };
    },
    close: async () => {
      const opened = await Promise.allSettled(others.values());
      const clients = [client, ...opened.flatMap((j) => (j.status === "fulfilled" ? [j.value] : []))];
      await Promise.all(clients.map((c) => c.close()));
    },
  };
}

function keysOf({ project }: EvalContext, { pin, cacheable }: ModelClient): Answering["requestKey"] {
  if (!cacheable) return () => null;
  const provider = project.config.models?.[parsePin(pin).provider];
  return (request, trial) => requestKey(pin, provider, request, trial);
}

function refusing(pin: string, error: unknown): ModelClient {
  const generate: ModelClient["generate"] = () =>
    Promise.reject(error instanceof Error ? error : new Error(String(error)));
  return { pin, kind: "none", cacheable: false, remote: false, generate, close: () => Promise.resolve() };
}

/** Where `--record` writes and every later run of the suite looks first, relative to the project root. */
export function recordingsFile(root: string, suite: string): string {
  return join(root, "fixtures", "recordings", `${suite}.jsonl`);
}

/**
 * A provider's client, wrapped for its recordings: `--record` adds to them; otherwise recorded answers come first, and
 * where the provider's key is missing they are all there is, so that a clone without a key can replay.
 */
async function clientOf(
  context: EvalContext,
  suite: string,
  pin: string,
  options: AnsweringOptions,
): Promise<ModelClient> {
  const { project, clock } = context;
  const open = () => createModelClient(project, pin, { ...context, concurrency: options.concurrency });
  const file = recordingsFile(project.root, suite);
  if (options.record === true) return withRecording(await open(), file, { redact: project.redact, clock });
  if (options.live === true || !existsSync(file)) return open();
  const recordings = await loadRecordings([file]);
  const client = await open().catch((error: unknown) => {
    if (error instanceof AgentopsError && error.code === "API_KEY_MISSING") return null;
    throw error;
  });
  return withReplayFirst(client, recordings, pin);
}
