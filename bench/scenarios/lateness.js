import { delayBucket, usualDelayIn } from "../../dist/rollout/delays.js";
import { lateMs, openIn } from "../../dist/rollout/late.js";

const MINUTE = 60_000;

/** What a turn knows of outcomes that are still to come, as rollout/late.store.ts reads it from a store. */
export function lateness(plan) {
  const delays = new Map();
  const minutes = new Map();
  return {
    /** An outcome that said when it was served. */
    note({ isCandidate, success, servedAt, at }) {
      if (at === servedAt) return;
      const key = `${isCandidate} ${Number(success)} ${delayBucket(at - servedAt)}`;
      delays.set(key, (delays.get(key) ?? 0) + 1);
    },
    /** Sums of a look that was closed, as `servedMinutes` adds them. */
    close(rows) {
      add(minutes, rows);
    },
    /** @param open those of the look that is open */
    at(ms, open) {
      if (plan.outcomes === undefined) return {};
      const usualDelayMs = Math.max(usual(delays, true), usual(delays, false));
      const before = Math.floor((ms - lateMs(plan, { usualDelayMs })) / MINUTE);
      const all = add(new Map(minutes), open);
      return { usualDelayMs, open: openIn(hoursOf(all, before)) };
    },
  };
}

function usual(delays, isCandidate) {
  const rows = [...delays].flatMap(([key, n]) => {
    const [arm, success, bucket] = key.split(" ");
    return arm === String(isCandidate) ? [{ success: Number(success), bucket: Number(bucket), n }] : [];
  });
  return usualDelayIn(rows).ms;
}

function add(minutes, rows) {
  for (const [, minute, arm, exposed, known] of rows) {
    const key = `${minute} ${arm}`;
    const its = minutes.get(key) ?? { minute, arm, exposed: 0, known: 0 };
    minutes.set(key, { minute, arm, exposed: its.exposed + exposed, known: its.known + known });
  }
  return minutes;
}

function hoursOf(minutes, before) {
  const hours = new Map();
  for (const { minute, arm, exposed, known } of minutes.values()) {
    if (minute >= before) continue;
    const hour = Math.floor(minute / 60);
    const its = hours.get(hour) ?? { control: { exposed: 0, open: 0 }, candidate: { exposed: 0, open: 0 } };
    its[arm].exposed += exposed;
    its[arm].open += exposed - known;
    hours.set(hour, its);
  }
  return [...hours.values()];
}
