import { durationMs } from "../../../core/duration.ts";
import { AgentopsError } from "../../../core/errors.ts";
import { calibrate as calibrateOn } from "../../../operations/calibration/calibrate.ts";
import { calibrationText } from "../../../report/rollout/calibration.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { wholeNumber } from "../../numbers.ts";
import { inOperatedStore, placeOf } from "../../open/operated-store.ts";
import { widthOf } from "./document.ts";
import { rolloutFlags } from "./flags.ts";

type Options = Record<string, unknown>;

const EXIT = { compatible: 0, exceeded: 1, "too-little": 3 } as const;
/** Measured: 0.3 s of processor time a run of 10,000 requests, on a machine that had four times as much to do as it has cores. */
const RUNS = 70;
const MOST_RUNS = 10_000;
const MOST_SEED = 2 ** 31;

/** Replays stored traffic as rollouts of what is served against itself; nothing is written. */
export async function calibrate(context: CommandContext, name: unknown, options: Options): Promise<number> {
  const text = (key: string) => options[key] as string | undefined;
  const settings = rolloutFlags(options);
  const sinceMs = sinceOf(text("since"));
  const runs = within("--runs", text("runs"), MOST_RUNS) ?? RUNS;
  const seed = within("--seed", text("seed"), MOST_SEED) ?? 1;
  return inOperatedStore(context, async (open) => {
    const place = await placeOf(open, name, "agentops canary calibrate support-triage");
    const { config } = await context.project();
    const progress = progressOf(context, runs);
    const order = { place, sinceMs, runs, seed, settings, fast: options["fast"] === true, signal: context.signal };
    const at = context.clock.now().toISOString();
    const work = calibrateOn(open.store.db, config, { ...order, at, onProgress: progress.show });
    const found = await work.finally(progress.close);
    await emitDocument(context, found, (style) => calibrationText(found, style, widthOf(context)));
    return EXIT[found.verdict];
  });
}

function sinceOf(typed = "7d"): number {
  const ms = durationMs(typed);
  if (ms !== undefined && ms > 0) return ms;
  throw new AgentopsError("USAGE", `--since takes a number and ms, s, m, h or d, not "${typed}"`, { hint: "--since 7d" }); // prettier-ignore
}

function within(flag: string, typed: string | undefined, most: number): number | undefined {
  const value = wholeNumber(flag, typed);
  if (value === undefined || value <= most) return value;
  throw new AgentopsError("USAGE", `${flag} takes at most ${most}, not "${typed ?? ""}"`);
}

/** One line on a terminal, away when it is done; nothing elsewhere. */
function progressOf({ shell: { stderr }, flags }: CommandContext, runs: number) {
  const isShown = stderr.isTTY === true && flags.quiet !== true;
  const write = (text: string): void => {
    if (isShown) stderr.write(text);
  };
  return {
    show: (done: number): void => {
      write(`\r${done} of ${runs} runs`);
    },
    close: (): void => {
      write("\r\u001b[K");
    },
  };
}
