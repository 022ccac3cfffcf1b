import type { Place } from "../core/refs.ts";
import { ALL, EVERY } from "../kill/latch.ts";
import type { Db } from "../state/store.ts";

/** A time, ms since the epoch. */
export interface Span {
  from: number;
  to: number;
}

/** When a place was killed, by whatever latch, each time once; a kill in force lasts until now. */
export async function killedSpans(db: Db, { environment, target }: Place, now: string): Promise<Span[]> {
  const events = await db
    .selectFrom("auditEvents")
    .select(["action", "environment", "target", "at"])
    .where("action", "in", ["kill", "revive"])
    .where("environment", "in", [environment, EVERY])
    .where("target", "in", [target, ALL])
    .orderBy("id")
    .execute();
  const since = new Map<string, number>();
  const spans: Span[] = [];
  for (const { action, at, ...latch } of events) {
    const key = `${latch.environment} ${latch.target}`;
    const from = since.get(key);
    if (action === "kill") since.set(key, from ?? Date.parse(at));
    else if (from !== undefined) {
      spans.push({ from, to: Date.parse(at) });
      since.delete(key);
    }
  }
  return joined([...spans, ...[...since.values()].map((from) => ({ from, to: Date.parse(now) }))]);
}

function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}

/** How much of a time lies in others that do not overlap, ms. */
export function within({ from, to }: Span, spans: readonly Span[]): number {
  return spans.reduce((ms, span) => ms + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
}
