import { CallFailure } from "../client/failure.ts";
import { Halt } from "../client/halt.ts";
import { onAbort } from "../client/on-abort.ts";

export interface Deadline {
  timeoutMs: number;
  /** The run's own signal; its abort ends the call at once. */
  signal: AbortSignal;
}

/**
 * Runs one attempt with what ends it. Rejects at the deadline or at an abort even when the attempt ignores its
 * signal, so that no adapter can hang a run. (AbortSignal.any + timeout would cost a tenth of a whole local call.)
 */
export function withDeadline<T>(run: (halt: Halt) => Promise<T>, deadline: Deadline): Promise<T> {
  const { signal, timeoutMs } = deadline;
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      reject(aborted());
      return;
    }
    const halt = new Halt();
    const stop = (failure: CallFailure) => {
      done();
      reject(failure);
      halt.end(failure);
    };
    const timer = setTimeout(() => {
      stop(timedOut(timeoutMs));
    }, timeoutMs);
    const unwatch = onAbort(signal, () => {
      stop(aborted());
    });
    const done = () => {
      clearTimeout(timer);
      unwatch();
    };
    run(halt).then(
      (value) => {
        done();
        resolve(value);
      },
      (error: unknown) => {
        done();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

function aborted(): CallFailure {
  return new CallFailure("aborted", "stopped before an answer came");
}

function timedOut(timeoutMs: number): CallFailure {
  return new CallFailure("timeout", `no answer within ${timeoutMs} ms`, {
    hint: "limits.timeoutMs in agentops.config.yaml allows more time per attempt",
  });
}
