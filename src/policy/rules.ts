import { durationMs } from "../core/duration.ts";
import { AgentopsError } from "../core/errors.ts";
import { type Laxer, laxerRules } from "../core/ladder.ts";
import { CONFIG_FILE } from "../core/location.ts";
import type { Project } from "../core/project.ts";
import { CHANGE_KINDS, type ChangeKind, type PolicyRules } from "../core/release-config.schema.ts";
import type { EvidenceRule } from "./evidence/judge-evidence.ts";

/** A time in which nothing new is released; epoch milliseconds, the end excluded. */
interface Freeze {
  from: number;
  to: number;
  /** As written. */
  until: string;
  reason: string;
}

interface ApprovalRules {
  count: number;
  /** Only what a listed key signed counts. */
  signed: boolean;
  /** Names of groups, each with its people, that must be among the approvers when that kind of thing changed. */
  by: { kind: ChangeKind; group: string; people: readonly string[] }[];
}

/** The rules of one environment, with every default in place. */
export interface Rules {
  /** Null where none is asked for. */
  evidence: EvidenceRule | null;
  signed: boolean;
  approvals: ApprovalRules;
  override: boolean;
  rollout: "required" | "optional";
  /** The environment that must have served it to everybody first, and for how long. */
  after: { environment: string; ms: number } | null;
  /** The largest share before all of them. */
  maxWeight: number;
  /** What an environment below asks for more of. */
  laxer: Laxer[];
  freeze: Freeze[];
  errorBudget: { objective: number; windowMs: number; window: string } | null;
}

/** Throws CONFIG_INVALID for a time that is none. */
export function rulesOf({ config }: Pick<Project, "config">, environment: string): Rules {
  const { policy = {}, environments = ["production"] } = config;
  const {
    evidence = true,
    signed = false,
    approvals = 0,
    override = true,
    ...rest
  }: PolicyRules = policy[environment] ?? {};
  const { freeze = [], errorBudget, after, maxWeight = 1 } = rest;
  const isLast = environments.at(-1) === environment;
  return {
    evidence: evidenceRule(evidence),
    signed,
    approvals: approvalRules(approvals, config.people?.groups ?? {}),
    override,
    rollout: rest.rollout ?? (isLast ? "required" : "optional"),
    after: after === undefined ? null : afterOf(after),
    maxWeight,
    laxer: laxerRules(config).filter((one) => one.environment === environment),
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

function afterOf(after: NonNullable<PolicyRules["after"]>): NonNullable<Rules["after"]> {
  const { env, for: time = "1h" } = typeof after === "string" ? { env: after } : after;
  return { environment: env, ms: durationMs(time) as number };
}

function approvalRules(
  given: NonNullable<PolicyRules["approvals"]>,
  groups: Readonly<Record<string, readonly string[]>>,
): ApprovalRules {
  if (typeof given === "number") return { count: given, signed: false, by: [] };
  const { count = 1, signed = false, by = {} } = given;
  const named = CHANGE_KINDS.flatMap((kind) => (by[kind] ?? []).map((group) => ({ kind, group })));
  return { count, signed, by: named.map((one) => ({ ...one, people: membersOf(one.group, groups) })) };
}

/** A name that is no group is a person. */
function membersOf(name: string, groups: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.hasOwn(groups, name) ? (groups[name] ?? []) : [name];
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
