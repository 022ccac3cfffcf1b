import type { Progress } from "../../evals/run/stopping.ts";
import { usd } from "../../report/numbers.ts";
import type { CommandContext } from "../context.ts";

/** Shows a long run on stderr: a bar on a terminal, a plain line every few seconds elsewhere, nothing under --quiet. */
export interface ProgressView {
  update(suite: string, progress: Progress): void;
  close(): void;
}

const PLAIN_EVERY_MS = 5000;
const BAR_EVERY_MS = 100;

export async function createProgressView(context: CommandContext): Promise<ProgressView> {
  if (context.flags.quiet === true) return { update: () => undefined, close: () => undefined };
  return context.shell.stderr.isTTY === true ? barView(context) : plainView(context);
}

function plainView(context: CommandContext): ProgressView {
  const { clock } = context;
  const started = clock.monotonicMs();
  let last = started;
  return {
    update(suite, progress) {
      const now = clock.monotonicMs();
      if (now - last < PLAIN_EVERY_MS) return;
      last = now;
      context.note(`${suite}: ${progress.done} of ${progress.planned} trials, ${details(progress, now - started)}`);
    },
    close: () => undefined,
  };
}

async function barView({ clock, shell }: CommandContext): Promise<ProgressView> {
  const { default: progressBar } = await import("cli-progress");
  let bar: InstanceType<typeof progressBar.SingleBar> | undefined;
  let current = "";
  let started = 0;
  let last = 0;
  return {
    update(suite, progress) {
      const now = clock.monotonicMs();
      if (suite !== current) {
        bar?.stop();
        current = suite;
        started = now;
        bar = new progressBar.SingleBar(
          {
            format: "{suite} {bar} {value}/{total} {details}",
            stream: shell.stderr,
            clearOnComplete: true,
            hideCursor: true,
            barsize: 20,
          },
          progressBar.Presets.shades_classic,
        );
        bar.start(progress.planned, 0, { suite, details: "" });
      } else if (now - last < BAR_EVERY_MS && progress.done < progress.planned) return;
      last = now;
      bar?.update(progress.done, { suite, details: details(progress, now - started) });
    },
    close: () => bar?.stop(),
  };
}

/** Rate, time left, errors, cost so far. */
function details(progress: Progress, elapsedMs: number): string {
  const rate = progress.done / Math.max(elapsedMs / 1000, 0.001);
  const left = rate === 0 ? Infinity : (progress.planned - progress.done) / rate;
  const parts = [`${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s`, `${duration(left)} left`];
  if (progress.errors > 0) parts.push(`${progress.errors} errors`);
  if (progress.spentUsd > 0) parts.push(`${usd(progress.spentUsd)} so far`);
  return parts.join(", ");
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
