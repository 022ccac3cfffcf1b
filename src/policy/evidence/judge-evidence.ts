import type { IgnoredEvidence, SuiteEvidence } from "./found.ts";

/** What a policy asks of evidence. */
export interface EvidenceRule {
  /** gate: what was compared with nothing is not enough. */
  kind: "any" | "gate";
  /** What passed longer ago is not enough. */
  maxAge: { ms: number; text: string } | null;
}

interface Facts {
  /** Of the version: `prompts/NAME@v7`. */
  ref: string;
  /** ISO 8601, UTC. */
  now: string;
  evidence: readonly SuiteEvidence[];
  ignored: readonly IgnoredEvidence[];
}

/**
 * What is wrong with the evidence, and the way out; null when it will do. The newest run of each kind of every suite must pass, so that
 * a run against nothing replaces no gate. What fails does not age: waiting must not mend it.
 */
export function judgeEvidence(facts: Facts, rule: EvidenceRule): { message: string; hint: string } | null {
  const judged = facts.evidence.filter(({ verdict }) => verdict !== "none");
  const bad = judged.filter(({ verdict }) => verdict !== "pass");
  const passed = judged.filter(({ verdict }) => verdict === "pass");
  const fresh = passed.filter(({ createdAt }) => !isOld(createdAt, facts.now, rule));
  const enough = fresh.filter(({ kind }) => rule.kind === "any" || kind === "gate");
  if (bad.length === 0 && enough.length > 0) return null;
  const { message, ways } = bad.length > 0 ? whatFails(facts, bad) : whatLacks(facts, rule, passed, fresh);
  const told = facts.ignored.map(({ why }) => `\n    ${why}`);
  const all = [...ways, ...facts.ignored.flatMap(({ way }) => (way === null ? [] : [way]))];
  return {
    message: `${message}${told.length === 0 ? "" : `; not counted:${told.join("")}`}`,
    hint: [...new Set(all)].join("\n      "),
  };
}

function isOld(createdAt: string, now: string, { maxAge }: EvidenceRule): boolean {
  return maxAge !== null && Date.parse(now) - Date.parse(createdAt) > maxAge.ms;
}

interface Found {
  message: string;
  ways: string[];
}

function whatFails({ ref }: Facts, bad: readonly SuiteEvidence[]): Found {
  const which = bad.map(({ suite, kind, verdict, run }) => {
    const against = kind === "gate" ? " against its control" : "";
    return `suite ${suite} says ${verdict}${against} (run ${run})`;
  });
  const ways = bad.map(({ suite, kind, run, source }) => {
    if (kind === "gate")
      return `agentops eval ${suite} --target ${ref} --control REF   only another comparison replaces run ${run}`;
    // Another machine's run is not in this store.
    return source === "local" ? `agentops runs show ${run}` : `agentops eval --target ${ref}   shows what fails`;
  });
  return { message: which.join("; "), ways };
}

function whatLacks(
  { ref, evidence }: Facts,
  rule: EvidenceRule,
  passed: readonly SuiteEvidence[],
  fresh: readonly SuiteEvidence[],
): Found {
  const [first] = fresh;
  if (first !== undefined) {
    return {
      message: `a gate is asked for, and run ${first.run} of suite ${first.suite} was compared with no other version`,
      ways: [`agentops eval ${first.suite} --target ${ref} --control REF   or agentops gate, before it is merged`],
    };
  }
  const [old] = passed;
  if (old !== undefined) {
    return {
      message: `run ${old.run} of suite ${old.suite} passed on ${old.createdAt.slice(0, 10)}, longer than ${rule.maxAge?.text ?? ""} ago`,
      ways: [`agentops eval ${old.suite} --target ${ref}`],
    };
  }
  const gateless = evidence.length > 0 ? ": the suites that ran have no gate" : "";
  return {
    message: `no stored run of a suite with a gate on exactly this content and its own model${gateless}`,
    ways: [`agentops eval --target ${ref}   or   agentops runs import FILE`],
  };
}
