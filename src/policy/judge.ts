import { type Kill, reasonText } from "../kill/latch.ts";
import type { PreparedRelease } from "../serving/release.ts";
import { distinctPeople, isAuthor } from "../core/person.ts";
import type { Frozen } from "../rollout/freeze.store.ts";
import type { IgnoredEvidence, SuiteEvidence } from "./evidence/found.ts";
import { judgeEvidence } from "./evidence/judge-evidence.ts";
import type { Rules } from "./rules.ts";

export type RuleName = "published" | "evidence" | "signed" | "approvals" | "freeze" | "errorBudget" | "killed";

/** No reason is good enough to skip these. */
export const ABSOLUTE: readonly RuleName[] = ["published", "killed"];

/** A broken rule and the way out. */
export interface Refusal {
  rule: RuleName;
  message: string;
  hint: string;
}

/** All that a judgement is made of. */
export interface PolicyFacts {
  version: Pick<PreparedRelease, "address" | "version" | "digest" | "author" | "signature" | "problems">;
  environment: string;
  /** ISO 8601, UTC. */
  now: string;
  /** The digest the store has under this version; null when it was never released. */
  releasedDigest: string | null;
  evidence: readonly SuiteEvidence[];
  ignored: readonly IgnoredEvidence[];
  /** Actors who approved exactly this content. */
  approvers: readonly string[];
  /** What was observed of the stable versions in the budget's window. */
  outcomes: { n: number; failed: number };
  kills: readonly Kill[];
  /** Set by a person for a time. */
  frozen: Frozen | null;
}

/** Every rule that does not hold; none when the version may be released. */
export function judgePolicy(facts: PolicyFacts, rules: Rules): Refusal[] {
  return [
    published(facts),
    evidence(facts, rules),
    rules.signed ? signed(facts) : null,
    approvals(facts, rules),
    freeze(facts, rules),
    errorBudget(facts, rules),
    killed(facts),
  ].filter((refusal) => refusal !== null);
}

const nameOf = ({ version }: PolicyFacts) => `${version.address}@${version.version}`;

function published(facts: PolicyFacts): Refusal | null {
  const { version, releasedDigest } = facts;
  const moved =
    releasedDigest === null || releasedDigest === version.digest
      ? []
      : [`it was released with ${releasedDigest} and has ${version.digest} now: the tag was moved`];
  const problems = [...version.problems, ...moved];
  if (problems.length === 0) return null;
  return {
    rule: "published",
    message: problems.join("; "),
    hint: `agentops verify ${nameOf(facts)}   then publish what is meant as a new version: agentops publish ${version.address}`,
  };
}

function evidence(facts: PolicyFacts, rules: Rules): Refusal | null {
  const refused = rules.evidence === null ? null : judgeEvidence({ ...facts, ref: nameOf(facts) }, rules.evidence);
  return refused === null ? null : { rule: "evidence", ...refused };
}

function signed(facts: PolicyFacts): Refusal | null {
  const { status } = facts.version.signature;
  if (status === "good") return null;
  const words = {
    none: "the tag is not signed",
    bad: "the tag's signature is bad",
    untrusted: "the tag is signed by somebody whom .agentops/allowed_signers does not list",
    unknown: "the tag's signature cannot be checked here: no list of signers",
  };
  const hint =
    status === "none"
      ? "agentops publish --sign   publishes the next version signed"
      : `agentops verify ${nameOf(facts)}   and list the signer in .agentops/allowed_signers`;
  return { rule: "signed", message: words[status], hint };
}

function approvals(facts: PolicyFacts, rules: Rules): Refusal | null {
  const people = distinctPeople(facts.approvers.filter((actor) => !isAuthor(actor, facts.version.author)));
  if (people.length >= rules.approvals) return null;
  const who = people.length === 0 ? "nobody did" : `${people.join(", ")} did`;
  const needed = `${rules.approvals} ${rules.approvals === 1 ? "person" : "people"} other than its author must approve`;
  return {
    rule: "approvals",
    message: `${needed}, ${who}`,
    hint: `agentops approvals approve ${nameOf(facts)} --env ${facts.environment}   by somebody other than ${facts.version.author.name}`,
  };
}

function freeze(facts: PolicyFacts, rules: Rules): Refusal | null {
  if (facts.frozen !== null) {
    const { actor, until, reason } = facts.frozen;
    return {
      rule: "freeze",
      message: `${facts.environment} is frozen by ${actor} until ${until.slice(0, 16).replace("T", " ")} UTC: ${reason}`,
      hint: `wait, or agentops unfreeze --env ${facts.environment}`,
    };
  }
  const now = Date.parse(facts.now);
  const frozen = rules.freeze.find(({ from, to }) => from <= now && now < to);
  if (frozen === undefined) return null;
  return {
    rule: "freeze",
    message: `${facts.environment} is frozen until ${frozen.until}: ${frozen.reason}`,
    hint: `wait, or change policy.${facts.environment}.freeze in agentops.config.yaml`,
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

function killed({ kills, environment }: PolicyFacts): Refusal | null {
  const [kill] = kills;
  if (kill === undefined) return null;
  const what = kill.target === "all" ? "everything" : kill.target;
  const name = kill.target === "all" ? "--all" : kill.target;
  const where = kill.environment === "*" ? "'*'" : kill.environment;
  return {
    rule: "killed",
    message: `${what} is killed in ${kill.environment === "*" ? "every environment" : environment} by ${kill.actor}: ${reasonText(kill)}`,
    hint: `agentops revive ${name} --env ${where} -m TEXT`,
  };
}
