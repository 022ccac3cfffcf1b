import { durationMs } from "../core/duration.ts";
import { AgentopsError } from "../core/errors.ts";
import { CONFIG_FILE } from "../core/location.ts";
import type { Project } from "../core/project.ts";
import type { PolicyRules } from "../core/release-config.schema.ts";
import type { EvidenceRule } from "./evidence/judge-evidence.ts";

/** A time in which nothing new is released; epoch milliseconds, the end excluded. */
interface Freeze {
  from: number;
  to: number;
  /** As written. */
  until: string;
  reason: string;
}

/** The rules of one environment, with every default in place. */
export interface Rules {
  /** Null where none is asked for. */
  evidence: EvidenceRule | null;
  signed: boolean;
  approvals: number;
  override: boolean;
  freeze: Freeze[];
  errorBudget: { objective: number; windowMs: number; window: string } | null;
}

/** Throws CONFIG_INVALID for a time that is none. */
export function rulesOf({ config }: Pick<Project, "config">, environment: string): Rules {
  const { policy = {} } = config;
  const {
    evidence = true,
    signed = false,
    approvals = 0,
    override = true,
    ...rest
  }: PolicyRules = policy[environment] ?? {};
  const { freeze = [], errorBudget } = rest;
  return {
    evidence: evidenceRule(evidence),
    signed,
    approvals,
    override,
    freeze: freeze.map(({ from, to, reason }) => ({ from: timeOf(from), to: endOf(to), until: to, reason })),
    errorBudget:
      errorBudget === undefined
        ? null
        : {
            objective: errorBudget.objective,
            window: errorBudget.window,
            windowMs: durationMs(errorBudget.window) as number,
          },
  };
}

function evidenceRule(written: PolicyRules["evidence"]): EvidenceRule | null {
  if (written === false) return null;
  const { kind = "any", maxAge } = typeof written === "object" ? written : written === "gate" ? { kind: written } : {};
  return { kind, maxAge: maxAge === undefined ? null : { ms: durationMs(maxAge) as number, text: maxAge } };
}

/** A day without a time ends when it is over. */
function endOf(text: string): number {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? 86_400_000 : 0;
  return timeOf(text) + day;
}

function timeOf(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new AgentopsError("CONFIG_INVALID", `${CONFIG_FILE}: policy: "${text}" is no time`, {
    hint: "ISO 8601: 2026-12-24 or 2026-12-24T18:00:00Z",
  });
}
