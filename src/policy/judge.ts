import type { Kill } from "../kill/latch.ts";
import type { PreparedRelease } from "../serving/release.ts";
import { movedSince } from "../registry/versions/released.ts";
import type { Frozen } from "../rollout/freeze.store.ts";
import { type ApprovalFacts, missingApprovals } from "./approvals.ts";
import { CONFIG_FILE } from "../core/location.ts";
import { waitUntil } from "../core/words.ts";
import type { RulesCase } from "./applied.ts";
import type { IgnoredEvidence, SuiteEvidence } from "./evidence/found.ts";
import { judgeEvidence } from "./evidence/judge-evidence.ts";
import { killWords } from "./kill-words.ts";
import type { Refusal, RuleName } from "./refusal.ts";
import type { Rules } from "./rules.ts";
import { judgeStaging, type StagingFacts } from "./staging.ts";

/** No reason is good enough to skip these. */
export const ABSOLUTE: readonly RuleName[] = ["published", "killed", "committed"];

/** All that a judgement is made of. */
export interface PolicyFacts {
  version: Pick<PreparedRelease, "address" | "version" | "digest" | "author" | "signature" | "signers" | "problems">;
  environment: string;
  /** ISO 8601, UTC. */
  now: string;
  /** The digest the store has under this version; null when it was never released. */
  releasedDigest: string | null;
  /** What everybody is served there now. */
  served: { version: string; digest: string } | null;
  evidence: readonly SuiteEvidence[];
  ignored: readonly IgnoredEvidence[];
  approvals: ApprovalFacts;
  /** What was observed of the stable versions in the budget's window. */
  outcomes: { n: number; failed: number };
  kills: readonly Kill[];
  /** Set by a person for a time. */
  frozen: Frozen | null;
  staging: StagingFacts;
  /** Which rules these are. */
  rules: RulesCase;
}

/** Every rule that does not hold; none when the version may be released. */
export function judgePolicy(facts: PolicyFacts, rules: Rules): Refusal[] {
  return [
    published(facts),
    committed(facts),
    ladder(facts, rules),
    evidence(facts, rules),
    rules.signed ? signed(facts) : null,
    approvals(facts, rules),
    freeze(facts, rules),
    errorBudget(facts, rules),
    killed(facts),
    ...judgeStaging(
      { ref: nameOf(facts), target: facts.version.address, environment: facts.environment, now: facts.now },
      facts.staging,
      rules,
    ),
  ].filter((refusal) => refusal !== null);
}

const nameOf = ({ version }: PolicyFacts) => `${version.address}@${version.version}`;

function published(facts: PolicyFacts): Refusal | null {
  const { version, releasedDigest } = facts;
  const problems = [...new Set([...version.problems, ...movedSince(releasedDigest, version.digest)])];
  if (problems.length === 0) return null;
  return {
    rule: "published",
    message: problems.join("; "),
    hint: `agentops verify ${nameOf(facts)}   then publish what is meant as a new version: agentops publish ${version.address}`,
  };
}

function committed({ environment, rules: { applied, mustBeCommitted, branch } }: PolicyFacts): Refusal | null {
  if (applied.committed || !mustBeCommitted) return null;
  return {
    rule: "committed",
    message: `the rules of ${environment} in ${applied.file} are not those of ${branch}, and it takes no others`,
    hint: `take those of ${branch}: git checkout ${branch} -- ${CONFIG_FILE}, without --config; or commit the change there, reviewed`,
  };
}

/** What may go to few could go to all. */
function ladder({ environment }: PolicyFacts, { laxer }: Rules): Refusal | null {
  if (laxer.length === 0) return null;
  const less = laxer.map(({ key, asks, below, belowAsks }) => `less ${key} (${asks}) than ${below} (${belowAsks})`);
  return {
    rule: "ladder",
    message: `its rules ask for ${less.join(", ")}`,
    hint: `ask for as much under policy.${environment} in ${CONFIG_FILE}; agentops lint shows where`,
  };
}

function evidence(facts: PolicyFacts, rules: Rules): Refusal | null {
  const refused = rules.evidence === null ? null : judgeEvidence({ ...facts, ref: nameOf(facts) }, rules.evidence);
  return refused === null ? null : { rule: "evidence", ...refused };
}

function signed(facts: PolicyFacts): Refusal | null {
  const { signature, signers } = facts.version;
  if (signers !== null && signature.status === "good") return null;
  const words = {
    // By this machine's own settings, which are no rule for anybody.
    good: "the default branch has no .agentops/allowed_signers",
    none: "the tag is not signed",
    bad: "the tag's signature is bad",
    untrusted: `the tag is signed by somebody whom .agentops/allowed_signers${signers === null ? "" : ` of ${signers}`} does not list`,
    unknown: "the tag's signature cannot be checked here: no list of signers",
  };
  const hint =
    signature.status === "none"
      ? "agentops publish --sign   publishes the next version signed"
      : `agentops verify ${nameOf(facts)}   and list the signer in .agentops/allowed_signers, committed on the default branch`;
  return { rule: "signed", message: words[signature.status], hint };
}

function approvals(facts: PolicyFacts, rules: Rules): Refusal | null {
  const { messages, by } = missingApprovals(facts.approvals, rules.approvals);
  if (messages.length === 0) return null;
  const who = by.length === 0 ? "by somebody" : `by ${by.join(" and by ")},`;
  const sign = rules.approvals.signed ? " --sign" : "";
  return {
    rule: "approvals",
    message: messages.join("; "),
    hint: `agentops approvals approve ${nameOf(facts)} --env ${facts.environment}${sign}   ${who} other than ${facts.version.author.name}`,
  };
}

function freeze(facts: PolicyFacts, rules: Rules): Refusal | null {
  if (facts.frozen !== null) {
    const { actor, until, reason } = facts.frozen;
    return {
      rule: "freeze",
      message: `${facts.environment} is frozen by ${actor} until ${until.slice(0, 16).replace("T", " ")} UTC: ${reason}`,
      hint: `${waitUntil(Date.parse(until), Date.parse(facts.now))}, or agentops unfreeze --env ${facts.environment}`,
    };
  }
  const now = Date.parse(facts.now);
  const frozen = rules.freeze.find(({ from, to }) => from <= now && now < to);
  if (frozen === undefined) return null;
  return {
    rule: "freeze",
    message: `${facts.environment} is frozen until ${frozen.until}: ${frozen.reason}`,
    hint: `${waitUntil(frozen.to, now)}, or change policy.${facts.environment}.freeze in agentops.config.yaml`,
  };
}

/** Spent is the share of what may fail that did; nothing observed spends nothing. */
function errorBudget({ outcomes, environment, version }: PolicyFacts, { errorBudget: budget }: Rules): Refusal | null {
  if (budget === null || outcomes.n === 0) return null;
  const { n, failed } = outcomes;
  const allowed = (1 - budget.objective) * n;
  // Half a request of slack for what 1 - objective loses in floating point would be too much: this is 1e-9 of one.
  if (failed <= allowed + 1e-9) return null;
  const spent = Math.round((failed / allowed) * 100);
  return {
    rule: "errorBudget",
    message: `${spent} % of the error budget is spent: ${failed} of ${n} observations of the last ${budget.window} failed, ${round(allowed)} may`,
    hint: `agentops rollback ${version.address} --env ${environment}   or wait until the failures leave the window`,
  };
}

function round(value: number): string {
  return String(Math.floor(value * 10) / 10);
}

function killed({ kills }: PolicyFacts): Refusal | null {
  const [kill] = kills;
  return kill === undefined ? null : { rule: "killed", ...killWords(kill) };
}
