import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../../core/errors.ts";
import { scoreOf } from "../answer.ts";
import { fault, type Prepare, type Subject } from "../measure.ts";
import { openScript, type Script } from "./script-worker.ts";

const TIMEOUT_MS = 30_000;

/** A module whose default export scores: `(output, context) => boolean | number | { pass, score, reason }`, async or not. */
export const javascript: Prepare<"javascript"> = async (spec, context) => {
  const file = resolve(context.baseDir, spec.value.replace(/^file:\/\//, ""));
  const script = await load(file, spec.value, spec.timeoutMs ?? TIMEOUT_MS);
  return async (subject) => {
    const answer = script.call(subject.output, contextOf(subject));
    return scoreOf(await untilAborted(answer, subject.input.signal, script), spec.threshold, spec.value);
  };
};

async function load(file: string, shown: string, timeoutMs: number): Promise<Script> {
  await access(file).catch(() => {
    throw fault(
      ["value"],
      `no such file: ${shown}`,
      "the path is relative to the suite; for a formula use type: expression",
    );
  });
  return openScript(pathToFileURL(file).href, timeoutMs).catch((error: unknown) => {
    throw fault(["value"], `cannot load ${shown}: ${messageOf(error)}`);
  });
}

/** Everything a scorer sees but the signal, which cannot cross into another thread. */
function contextOf({ expected, input }: Subject): Record<string, unknown> {
  return { ...input, signal: undefined, expected, vars: input.case.vars };
}

/** Ctrl-C does not wait for a scorer that may never answer. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal, script: Script): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      script.stop();
      reject(new Error("stopped"));
    };
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", stop);
    });
  });
}
