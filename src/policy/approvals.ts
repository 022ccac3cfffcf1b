import type { Mailmap } from "../core/mailmap.ts";
import { distinctPeople, isListed, samePerson } from "../core/person.ts";
import type { ChangeKind } from "../core/release-config.schema.ts";
import type { Rules } from "./rules.ts";

/** Somebody who approved exactly this content. */
export interface Approver {
  actor: string;
  /** Who the list of signers says signed it; null where nobody did that it lists. */
  signer: { principals: readonly string[]; key: string } | null;
}

/** What approvals are judged by. */
export interface ApprovalFacts {
  approvers: readonly Approver[];
  /** Who published it, by every name that is known. */
  authors: readonly string[];
  /** Who answers for the artifact, before and after, with the people of a team. */
  owners: readonly string[];
  mailmap: Mailmap;
  /** What differs from the version that is served. */
  changed: readonly ChangeKind[];
}

/** The objective and the budget of an agent are promises to others, so who owns it cannot loosen them alone. */
const NOT_BY_OWNER: readonly ChangeKind[] = ["slo", "budget"];
const CHANGED: Record<ChangeKind, string> = {
  model: "its model",
  tools: "its tools",
  policy: "its rules",
  slo: "its objectives",
  budget: "its budget",
};

/** What is missing, in words; none where enough of the right people approved. `by` is who has to, where it is not just anybody else. */
export function missingApprovals(
  facts: ApprovalFacts,
  rules: Rules["approvals"],
): { messages: string[]; by: string[] } {
  const counted = facts.approvers.filter(({ signer }) => !rules.signed || signer !== null).map(namesOf(rules.signed));
  const others = counted.filter((names) => !isOneOf(names, facts.authors, facts.mailmap));
  const missing = groupsMissing(facts, rules, others);
  return {
    messages: [...tooFew(facts, rules, others), ...missing.map(({ message }) => message)],
    by: [...new Set(missing.map(({ by }) => by))],
  };
}

/** A key is a name too: who has it is one person, whatever the list calls them. */
function namesOf(signed: boolean) {
  return ({ actor, signer }: Approver): string[] => [
    ...(signed && signer !== null ? [] : [actor]),
    ...(signer === null ? [] : [...signer.principals, signer.key]),
  ];
}

function isOneOf(names: readonly string[], people: readonly string[], mailmap: Mailmap): boolean {
  return names.some((name) => people.some((person) => samePerson(name, person, mailmap)));
}

function tooFew(
  { approvers, mailmap }: ApprovalFacts,
  { count, signed }: Rules["approvals"],
  others: string[][],
): string[] {
  const people = distinctPeople(others, mailmap);
  if (people.length >= count) return [];
  const who = people.length === 0 ? "nobody did" : `${people.join(", ")} did`;
  const unsigned = signed ? approvers.filter(({ signer }) => signer === null).length : 0;
  const rest = unsigned === 0 ? "" : ` (${unsigned} more without a signature of a listed key)`;
  const how = signed ? "approve with a signature" : "approve";
  return [`${count} ${count === 1 ? "person" : "people"} other than its author must ${how}, ${who}${rest}`];
}

function groupsMissing(
  { changed, owners, mailmap }: ApprovalFacts,
  { by }: Rules["approvals"],
  others: string[][],
): { message: string; by: string }[] {
  return by
    .filter(({ kind }) => changed.includes(kind))
    .filter(({ kind, people }) => {
      const may = NOT_BY_OWNER.includes(kind) ? others.filter((names) => !isOneOf(names, owners, mailmap)) : others;
      return !may.some((names) => names.some((name) => people.some((person) => isListed(name, person, mailmap))));
    })
    .map(({ kind, group, people }) => {
      const isPerson = people.length === 1 && people[0] === group;
      const who = isPerson ? group : `${group} (${people.join(", ") || "nobody"})`;
      const but = NOT_BY_OWNER.includes(kind) ? ", its owner not counted," : "";
      return {
        message: `${CHANGED[kind]} changed, and nobody of ${who}${but} approved`,
        by: isPerson ? who : `somebody of ${who}`,
      };
    });
}
