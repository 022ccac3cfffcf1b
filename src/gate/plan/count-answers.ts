import { existsSync } from "node:fs";
import { recordingsFile } from "../../evals/run/answering.ts";
import { requestMaker } from "../../evals/run/request.ts";
import type { RunSpec } from "../../evals/run/run-spec.ts";
import { answerFinder, pendingTrials } from "../../evals/run/trials.store.ts";
import { answersOf } from "../../models/create.ts";
import { loadRecordings } from "../../models/recordings/replay.ts";
import { recordingKey, requestKey } from "../../models/recordings/request-key.ts";
import { parsePin } from "../../core/refs.ts";
import type { Reading } from "./reading.ts";
import type { PlannedSide } from "./plan.schema.ts";

/**
 * Of a side's answers, those that nobody is asked for: the store has them or will have them by then, since what is planned before asks the
 * same; or a recording has. Requests are made as they would be, and kept by their keys.
 */
export async function countAnswers(
  { project, store, scratch, asked }: Reading,
  spec: RunSpec,
  dataset: string,
  noCache: boolean,
): Promise<Pick<PlannedSide, "stored" | "recorded">> {
  const { model, trials } = spec;
  const request = requestMaker(spec.target);
  const provider = project.config.models?.[parsePin(model).provider];
  const { cacheable } = answersOf(project, model);
  const inStore = answerFinder(store);
  const file = recordingsFile(project.root, spec.suite.name);
  const recordings = existsSync(file) ? await loadRecordings([file]) : new Map<string, never>();
  const found = { stored: 0, recorded: 0 };
  for (const { evalCase, trial } of pendingTrials(scratch, { id: "", dataset, trials })) {
    const made = request(evalCase.vars);
    const key = cacheable ? requestKey(model, provider, made, trial) : null;
    if (key !== null && !noCache && (asked.has(key) || inStore(key) !== undefined)) found.stored += 1;
    else if (recordings.has(recordingKey(model, made, trial))) found.recorded += 1;
    else if (key !== null) asked.add(key);
  }
  return found;
}
