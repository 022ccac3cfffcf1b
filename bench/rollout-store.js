// A store with a rollout of prompts/x under way (v1 against v2 at 5 %), and production outcomes for it.
import { appendAuditEvent } from "../dist/audit/events.store.js";
import { NO_EVIDENCE } from "../dist/rollout/evidence.js";
import { pendingState } from "../dist/rollout/state.js";
import { insertRollout, rolloutBySeq } from "../dist/rollout/rollouts.store.js";
import { transition } from "../dist/rollout/transition.js";
import { insertRelease, insertStable } from "../dist/serving/serving.store.js";
import { fileAddress } from "../dist/state/address.js";
import { operatorLocks } from "../dist/state/locks.js";
import { openStore } from "../dist/state/open.js";

const AT = "2026-11-21T10:00:00.000Z";
const BY = { actor: "bench", reason: "bench" };
const SCENE = { environment: "production", target: "prompts/x" };
const GUARDRAIL = { tolerance: 0, margin: 0.03, mde: 0.05, prior: 0.95, required: false, floor: null };
const PLAN = {
  steps: [0.05, 0.25, 0.5, 1],
  ...{ stepMs: 3_600_000, stepObservations: 50, deadlineMs: 1_209_600_000, shadow: null, manual: false },
  ...{ proof: "promotion", alpha: 0.05, safeAlpha: 0.05, critical: "any" },
  alarm: { floors: 0, returns: 0.1, guardrails: { success: 0.45, latency: 0.15, cost: 0.15, safety: 0.15 } },
  guardrails: ["success", "latency", "cost", "safety"].map((name) => ({ ...GUARDRAIL, name })),
  caps: { latency: { maxIncrease: 0.2, cap: null }, cost: { maxIncrease: 0.2, cap: null } },
};

export function storeWithRollout(file) {
  return rolloutIn(fileAddress(file));
}

/** The same by a plan that counts who was served what. */
export function storeWithExposures(file) {
  return rolloutIn(fileAddress(file), (tx) => begin(tx, { ...PLAN, exposures: true }));
}

/** The same at the step of two cohorts: 10,000 units by name, and all of a domain. */
export function storeWithCohorts(file) {
  const units = Array.from({ length: 10_000 }, (_, i) => `user-${2 * i}`);
  const cohorts = [
    { name: "named", units },
    { name: "internal", domain: "example.com" },
  ];
  const plan = { ...PLAN, steps: [0, 0, ...PLAN.steps], cohorts };
  return rolloutIn(fileAddress(file), (tx) => begin(tx, plan));
}

/** The same, served to everybody with no rollout. */
export function storeWithStable(file) {
  return rolloutIn(fileAddress(file), promote);
}

/** Begins it in a store that has its tables, or is a file. */
export async function rolloutIn(address, work = begin) {
  const store = await openStore(address, { durability: "normal" });
  await store.inTransaction(work, operatorLocks(SCENE));
  await store.close();
}

export async function promote(tx) {
  const content = JSON.stringify({ name: "x", messages: [{ role: "system", content: "answer ".repeat(100) }] });
  for (const version of ["v1", "v2"])
    await insertRelease(tx, {
      ...{ target: SCENE.target, version, digest: `sha256:${version.padEnd(64, "0")}`, content },
      ...{ gitCommit: "0".repeat(40), publishedBy: "bench", publishedAt: AT, releasedAt: AT },
    });
  const promotion = { at: AT, ...BY, action: "promote", ...SCENE, before: null, after: { version: "v1" } };
  const auditEvent = await appendAuditEvent(tx, promotion);
  await insertStable(tx, { ...SCENE, version: "v1", how: "promote", rollout: null, at: AT, ...BY, auditEvent });
}

async function begin(tx, plan = PLAN) {
  await promote(tx);
  const seq = await insertRollout(tx, {
    ...{ id: "0199f000-0000-7000-8000-000000000001", ...SCENE, control: "v1", candidate: "v2", plan },
    ...{ state: pendingState(AT, plan), look: 1, evidence: NO_EVIDENCE, caps: { latency: null, cost: null } },
    ...{ createdAt: AT, endedAt: null },
  });
  await transition(tx, await rolloutBySeq(tx, seq), { type: "start", at: AT }, BY);
}

/** Each a request of one of 50,000 users, a tenth of a second apart. */
export function outcomes(n) {
  return Array.from({ length: n }, (_, i) => ({
    target: SCENE.target,
    version: i % 20 === 0 ? "v2" : "v1",
    unit: `user-${(i * 7919) % 50_000}`,
    success: i % 17 !== 0,
    latencyMs: 500 + (i % 900),
    costUsd: 0.001 + (i % 7) / 1e4,
    safe: true,
    at: new Date(Date.parse(AT) + 1000 + i * 100).toISOString(),
    id: `outcome-${i}`,
  }));
}
