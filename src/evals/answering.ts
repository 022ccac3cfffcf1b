import { parsePin } from "../core/refs.ts";
import type { ModelClient, ModelRequest } from "../models/client.ts";
import { createModelClient } from "../models/create.ts";
import { outputsClient, type RecordedOutput } from "../models/outputs.ts";
import { requestKey } from "../models/request-key.ts";
import type { EvalContext } from "./eval-context.ts";
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
  requestKey(request: ModelRequest, trial: number): string | null;
  /** The recorded line of a trial; null without recorded outputs. */
  record(caseId: string, trial: number): unknown;
  close(): Promise<void>;
}

export async function openAnswering(context: EvalContext, spec: RunSpec, options: AnsweringOptions): Promise<Answering> {
  const judges = new Map<string, Promise<ModelClient>>();
  const open = (pin: string) => createModelClient(context.project, pin, { ...context, concurrency: options.concurrency });
  const client = spec.outputs === null ? await targetClient(context, spec, options) : outputsClient((c, t) => options.recorded(c, t));
  const provider = spec.outputs === null ? context.project.config.models?.[parsePin(spec.model).provider] : undefined;
  return {
    client,
    judge: (pin) => {
      const found = judges.get(pin) ?? open(pin);
      judges.set(pin, found);
      return found;
    },
    requestKey: (request, trial) => (client.cacheable ? requestKey(spec.model, provider, request, trial) : null),
    record: (caseId, trial) => (spec.outputs === null ? null : (options.recorded(caseId, trial)?.record ?? null)),
    close: async () => {
      const clients = await Promise.allSettled([client, ...judges.values()]);
      await Promise.all(clients.map((c) => (c.status === "fulfilled" ? c.value.close() : undefined)));
    },
  };
}

async function targetClient(context: EvalContext, spec: RunSpec, options: AnsweringOptions): Promise<ModelClient> {
  return createModelClient(context.project, spec.model, { ...context, concurrency: options.concurrency });
}
