import { messageOf } from "../../../core/errors.ts";
import { recordOutcomes, type OutcomeOptions } from "../../../traces/outcomes.ts";

/** Milliseconds from the end of one time to the next: a rollout hears of harm within a second. */
const EVERY_MS = 1000;
/** Those whose root has not come wait for an hour or so, and may be many: they are looked through now and then. */
const WAITING_EVERY = 60;

/** Makes outcomes of what has come, until it is stopped, and once more then; what fails is told and tried again. */
export function outcomesNowAndThen(
  options: OutcomeOptions,
  onTrouble: (line: string) => void,
): { stop: () => Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let times = 0;
  const record = async () => {
    try {
      await recordOutcomes(options, { waiting: times++ % WAITING_EVERY === 0 });
    } catch (error) {
      onTrouble(`outcomes of traces could not be recorded: ${messageOf(error)}; the next time tries again`);
    }
  };
  let running = Promise.resolve();
  const next = () => {
    timer = setTimeout(() => {
      running = record().then(next);
    }, EVERY_MS);
  };
  next();
  return {
    stop: async () => {
      clearTimeout(timer);
      await running;
      clearTimeout(timer);
      await record();
    },
  };
}
