import { plural, share } from "../../core/words.ts";
import type { GateDocument } from "../../gate/gate.schema.ts";
import { isWeaker, type WeakChange, type WeakenedSuite } from "../../gate/weakened/weak-change.ts";
import { idList, whole } from "../numbers.ts";

type Weakened = GateDocument["weakened"][number];

export function weakenedDocument({ changes, ...suite }: WeakenedSuite): Weakened {
  const told = changes.map((change) => ({ code: change.code, what: changeText(change), weaker: isWeaker(change) }));
  // What is sure first.
  return { ...suite, changes: told.sort((a, b) => Number(b.weaker) - Number(a.weaker)) };
}

/** The lines a report begins with, one a suite: whoever reads the verdict must know that its yardstick is a shorter one. */
export function weakenedLines(document: Pick<GateDocument, "weakened">, name: (suite: string) => string): string[] {
  return document.weakened.map((one) => `${title(one)}: ${whose(one, name)}: ${what(one)}`);
}

export function title({ changes }: Weakened): string {
  return changes.some(({ weaker }) => weaker) ? "suite weakened by this change" : "suite changed by this change";
}

export function whose({ suite, file }: Weakened, name: (suite: string) => string): string {
  return suite === null ? `all suites (${file})` : name(suite);
}

export function what({ changes }: Weakened): string {
  return changes.map((change) => change.what).join("; ");
}

function changeText(change: WeakChange): string {
  switch (change.code) {
    case "suite-removed":
      return "the suite was removed";
    case "not-judged":
      return `it no longer judges ${change.artifact}`;
    case "scorer-removed":
      return `scorer ${change.scorer} removed`;
    case "scorer-not-required":
      return `scorer ${change.scorer} no longer required`;
    case "scorer-not-safety":
      return `scorer ${change.scorer} no longer of category safety`;
    case "scorer-changed":
      return `scorer ${change.scorer} checks something else`;
    case "scorer-looser":
      return `scorer ${change.scorer}: ${change.key} ${fromTo(change)}`;
    case "bound-removed":
      return `bound ${change.bound} ${change.before} removed`;
    case "bound-looser":
      return `bound ${change.bound} ${fromTo(change)}`;
    case "by-point":
      return "bounds judged by the point, no longer by the interval";
    case "trials-fewer":
      return `${change.before} → ${plural(change.after, "trial")} a case`;
    case "cases-dropped":
      return `${whole(change.cases.length)} of ${plural(change.of, "case", "cases", whole(change.of))} dropped (${idList(change.cases, 5)})`;
    case "cases-changed":
      return `${plural(change.cases.length, "case", "cases", whole(change.cases.length))} with another input or expectation (${idList(change.cases, 5)})`;
    case "more-errors":
      return `limits.maxErrorRate ${share(change.before)} → ${share(change.after)}`;
  }
}

function fromTo({ before, after }: { before: number | null; after: number | null }): string {
  return `${before ?? "none"} → ${after ?? "none"}`;
}
