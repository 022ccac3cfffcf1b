import { durationMs } from "../../../core/duration.ts";
import { AgentopsError } from "../../../core/errors.ts";
import { reasonIn } from "../../../core/reason.ts";
import { freeze } from "../../../operations/freeze.ts";
import { freezeText } from "../../../report/freeze/text.ts";
import { actorOf } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { inOperatedStore } from "../../open/operated-store.ts";

export async function run(context: CommandContext, _: unknown[], options: Record<string, unknown>): Promise<number> {
  const until = untilOf(options["until"] as string | undefined, context.clock.now());
  const reason = reasonIn(options["reason"] as string | undefined);
  if (reason === undefined)
    throw new AgentopsError("USAGE", "why? whoever wants to release reads it", { hint: '-m "holidays"' });
  return emitFreeze(context, until, reason);
}

/** `until` null lifts it. */
export async function emitFreeze(context: CommandContext, until: string | null, reason: string): Promise<number> {
  const at = context.clock.now().toISOString();
  const actor = await actorOf(context);
  const done = await inOperatedStore(context, ({ store, environment }) =>
    freeze(store, { environment, actor, reason, at, until }),
  );
  await emitDocument(context, done, (style) => freezeText(done, style, at));
  return 0;
}

const EXAMPLE = "--until 2026-12-27T08:00Z, or --until 36h";

/** A moment, or some time from now; without a zone a moment is UTC, as everything that is printed. */
function untilOf(typed: string | undefined, now: Date): string {
  if (typed === undefined) throw new AgentopsError("USAGE", "until when?", { hint: EXAMPLE });
  const ms = durationMs(typed);
  const zoned = /^\d{4}-\d\d-\d\d$/.test(typed)
    ? `${typed}T00:00Z`
    : /(Z|[+-]\d\d:\d\d)$/.test(typed)
      ? typed
      : `${typed}Z`;
  const until =
    ms === undefined ? (/^\d{4}-\d\d-\d\d/.test(typed) ? Date.parse(zoned) : Number.NaN) : now.getTime() + ms;
  // 30 February would be 2 March.
  const day = /^(\d{4})-(\d\d)-(\d\d)/.exec(typed)?.slice(1).map(Number);
  const exists =
    day === undefined || new Date(Date.UTC(day[0] ?? 0, (day[1] ?? 0) - 1, day[2])).getUTCDate() === day[2];
  if (Number.isNaN(until) || !exists)
    throw new AgentopsError("USAGE", `--until takes a date and time, or a time from now, not "${typed}"`, {
      hint: EXAMPLE,
    });
  if (until <= now.getTime()) throw new AgentopsError("USAGE", `--until ${typed} is over`, { hint: EXAMPLE });
  return new Date(until).toISOString();
}
