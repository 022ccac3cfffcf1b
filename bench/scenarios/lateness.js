import { delayBucket, usualDelayIn } from "../../dist/rollout/delays.js";
import { lateMs, openIn } from "../../dist/rollout/late.js";

const MINUTE = 60_000;

/** What a turn knows of outcomes that are still to come, as rollout/late.store.ts reads it from a store. */
export function lateness(plan) {
  const delays = new Map();
  const served = servedHours();
  return {
    /** An outcome that said when it was served. */
    note({ isCandidate, success, servedAt, at }) {
      if (at === servedAt) return;
      const key = `${isCandidate} ${Number(success)} ${delayBucket(at - servedAt)}`;
      delays.set(key, (delays.get(key) ?? 0) + 1);
    },
    /** Sums of a look that was closed, as `servedMinutes` adds them. */
    close: (rows) => served.add(rows),
    /** @param open those of the look that is open */
    at(ms, open) {
      if (plan.outcomes === undefined) return {};
      const usualDelayMs = Math.max(usual(delays, true), usual(delays, false));
      const before = Math.floor((ms - lateMs(plan, { usualDelayMs })) / MINUTE);
      return { usualDelayMs, open: openIn(served.before(before, open)) };
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

/** Who was served in minutes before one, by the hour. A turn asks for every minute since the beginning: what it asked for last is kept. */
function servedHours() {
  const minutes = new Map();
  let hours = new Map();
  let asked = 0;
  return {
    add(rows) {
      for (const [, minute, arm, exposed, known] of rows) {
        addTo(minutes, minute, arm, exposed, known);
        if (minute < asked) addTo(hours, hourOf(minute), arm, exposed, known);
      }
    },
    before(end, open) {
      if (end < asked) [hours, asked] = [new Map(), 0];
      for (; asked < end; asked++) {
        const its = minutes.get(asked);
        for (const arm of ARMS)
          if (its !== undefined) addTo(hours, hourOf(asked), arm, its[arm].exposed, its[arm].known);
      }
      const all = new Map([...hours].map(([hour, its]) => [hour, copyOf(its)]));
      for (const [, minute, arm, exposed, known] of open)
        if (minute < end) addTo(all, hourOf(minute), arm, exposed, known);
      return [...all.values()].map(({ control, candidate }) => ({
        control: openOf(control),
        candidate: openOf(candidate),
      }));
    },
  };
}

const ARMS = ["control", "candidate"];

function hourOf(minute) {
  return Math.floor(minute / 60);
}

function addTo(sums, key, arm, exposed, known) {
  let its = sums.get(key);
  if (its === undefined)
    sums.set(key, (its = { control: { exposed: 0, known: 0 }, candidate: { exposed: 0, known: 0 } }));
  its[arm].exposed += exposed;
  its[arm].known += known;
}

function copyOf({ control, candidate }) {
  return { control: { ...control }, candidate: { ...candidate } };
}

function openOf({ exposed, known }) {
  return { exposed, open: exposed - known };
}
