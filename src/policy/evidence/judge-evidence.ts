import type { IgnoredEvidence, SuiteEvidence } from "./found.ts";

/** What a policy asks of evidence. */
export interface EvidenceRule {
  /** gate: only what was compared with what the environment serves, if it serves anything. */
  kind: "any" | "gate";
  /** What passed longer ago is not enough. */
  maxAge: { ms: number; text: string } | null;
}

interface Facts {
  /** Of the version: `prompts/NAME@v7`. */
  ref: string;
  environment: string;
  /** What everybody is served there now. */
  served: { version: string; digest: string } | null;
  /** ISO 8601, UTC. */
  now: string;
  evidence: readonly SuiteEvidence[];
  ignored: readonly IgnoredEvidence[];
}

/**
 * What is wrong with the evidence, and the way out; null when it will do. The newest run of each kind and control of every suite must
 * pass, so that a run against nothing replaces no gate, nor one against something worse; only one against what is served does. What
 * fails does not age: waiting must not mend it.
 */
export function judgeEvidence(facts: Facts, rule: EvidenceRule): { message: string; hint: string } | null {
  const all = facts.evidence.filter(({ verdict }) => verdict !== "none");
  const judged = all.filter((one) => !all.some((other) => isReplaced(facts, one, other)));
  const bad = judged.filter(({ verdict }) => verdict !== "pass");
  const passed = judged.filter(({ verdict }) => verdict === "pass");
  const fresh = passed.filter(({ createdAt }) => !isOld(createdAt, facts.now, rule));
  const enough = fresh.filter((one) => rule.kind === "any" || isAgainstServed(facts, one));
  if (bad.length === 0 && enough.length > 0) return null;
  const { message, ways } = bad.length > 0 ? whatFails(facts, bad) : whatLacks(facts, rule, passed, fresh);
  const told = facts.ignored.map(({ why }) => `\n    ${why}`);
  const instead = facts.ignored.map(({ way, again }) => way ?? (again === null ? null : running(facts, rule, again)));
  const hints = [...ways, ...instead.filter((way) => way !== null)];
  return {
    message: `${message}${told.length === 0 ? "" : `; not counted:${told.join("")}`}`,
    hint: [...new Set(hints)].join("\n      "),
  };
}

/** Where nothing is served yet, any other content will do. */
function isAgainstServed({ served }: Facts, { kind, control }: SuiteEvidence): boolean {
  return kind === "gate" && (served === null || isServed(control, served));
}

function isServed(control: SuiteEvidence["control"], { digest }: { digest: string }): boolean {
  return control?.digest === digest && control.model === undefined;
}

function isReplaced(facts: Facts, one: SuiteEvidence, other: SuiteEvidence): boolean {
  if (facts.served === null || one.kind !== "gate" || one.suite !== other.suite) return false;
  return isAgainstServed(facts, other) && !isAgainstServed(facts, one) && other.createdAt > one.createdAt;
}

/** A run that the rule takes; of all suites, where none is known. */
function running(facts: Facts, rule: EvidenceRule, suite?: string): string {
  if (rule.kind === "gate") return comparing(facts, suite);
  return `agentops eval ${suite === undefined ? "" : `${suite} `}--target ${facts.ref}`;
}

/** How to compare with what is served, or with whatever it is to be. */
function comparing({ ref, served }: Facts, suite?: string, known?: SuiteEvidence["control"]): string {
  const address = ref.slice(0, ref.lastIndexOf("@"));
  const version = known?.version ?? served?.version;
  return `agentops eval ${suite === undefined ? "" : `${suite} `}--target ${ref} --control ${version === undefined ? "REF" : `${address}@${version}`}`;
}

function isOld(createdAt: string, now: string, { maxAge }: EvidenceRule): boolean {
  return maxAge !== null && Date.parse(now) - Date.parse(createdAt) > maxAge.ms;
}

interface Found {
  message: string;
  ways: string[];
}

function whatFails(facts: Facts, bad: readonly SuiteEvidence[]): Found {
  const which = bad.map(({ suite, kind, verdict, run }) => {
    const against = kind === "gate" ? " against its control" : "";
    return `suite ${suite} says ${verdict}${against} (run ${run})`;
  });
  const ways = bad.map(({ suite, kind, run, source, control }) => {
    if (kind === "gate")
      return `${comparing(facts, suite, control)}   only another comparison with it replaces run ${run}`;
    // Another machine's run is not in this store.
    return source === "local" ? `agentops runs show ${run}` : `agentops eval --target ${facts.ref}   shows what fails`;
  });
  return { message: which.join("; "), ways };
}

function whatLacks(
  facts: Facts,
  rule: EvidenceRule,
  passed: readonly SuiteEvidence[],
  fresh: readonly SuiteEvidence[],
): Found {
  const { evidence } = facts;
  const [old] = passed.filter((one) => rule.kind === "any" || isAgainstServed(facts, one));
  if (old !== undefined) {
    return {
      message: `run ${old.run} of suite ${old.suite} passed on ${old.createdAt.slice(0, 10)}, longer than ${rule.maxAge?.text ?? ""} ago`,
      ways: [running(facts, rule, old.suite)],
    };
  }
  const first = fresh.find(({ kind }) => kind === "gate") ?? fresh[0] ?? passed[0];
  if (first !== undefined) {
    return {
      message: `a gate is asked for, and run ${first.run} of suite ${first.suite} was compared with ${comparedWords(facts, first)}`,
      ways: [comparing(facts, first.suite)],
    };
  }
  const gateless = evidence.length > 0 ? ": the suites that ran have no gate" : "";
  return {
    message: `no stored run of a suite with a gate on exactly this content and its own model${gateless}`,
    ways: [`${running(facts, rule)}   or   agentops runs import FILE`],
  };
}

function comparedWords({ served, environment }: Facts, { kind, control }: SuiteEvidence): string {
  if (kind === "bounds") return "no other version";
  if (control === null) return "what it does not say";
  const what = control.version ?? `content ${control.digest.slice(0, 17)}`;
  if (control.model !== undefined) return `${what} as ${control.model} answers it, which is not its model`;
  return `${what}, and ${environment} serves ${served?.version ?? "nothing"}`;
}
