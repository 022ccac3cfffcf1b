/** What stands where a text should: put there by git or a filter of it, and read as content it would be cases, or a prompt. */
export interface StandIn {
  rule: "lfs-pointer" | "encrypted" | "merge-conflict";
  message: string;
  /** The way out. */
  hint: string;
}

const LFS: StandIn = {
  rule: "lfs-pointer",
  message: "a Git LFS pointer, not the file itself",
  hint: "git lfs pull (actions/checkout: lfs: true)",
};

const ANNEX: StandIn = {
  rule: "lfs-pointer",
  message: "a git-annex pointer, not the file itself",
  hint: "git annex get",
};

const ENCRYPTED: StandIn = {
  rule: "encrypted",
  message: "encrypted, as git keeps it",
  hint: "decrypt the checkout first (git-crypt unlock, or what this repository uses)",
};

/** How each begins: git-lfs/docs/spec.md (hawser is what it was called once), git-annex, git-crypt, transcrypt, age, GnuPG, Ansible's vault. */
const BEGINNINGS: readonly (readonly [RegExp, StandIn])[] = [
  [/^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\/v\d/, LFS],
  [/^\/annex\/objects\//, ANNEX],
  [/^\0GITCRYPT\0/, ENCRYPTED],
  [/^U2FsdGVkX1/, ENCRYPTED],
  [/^age-encryption\.org\/v\d/, ENCRYPTED],
  [/^-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)-----/, ENCRYPTED],
  [/^\$ANSIBLE_VAULT;/, ENCRYPTED],
];

const LONGEST = 64;

/** What a file that begins with these bytes is instead of its content. */
export function standInOf(head: Uint8Array): StandIn | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, LONGEST)).toString("latin1");
  return BEGINNINGS.find(([pattern]) => pattern.test(text))?.[1];
}

export const CONFLICT: StandIn = {
  rule: "merge-conflict",
  message: "a merge conflict that nobody resolved (<<<<<<< … >>>>>>>)",
  hint: "choose one of the two sides, delete the markers, then git add",
};

/** Whether a line is the first of a conflict as git writes it, at the start of the line. */
export function isConflictMarker(line: string): boolean {
  return /^<{7}(?: |\r?$)/.test(line);
}

/** Where an unresolved conflict begins, as an offset; undefined where there is none. */
export function conflictIn(text: string): number | undefined {
  const found = /^<{7}(?: .*)?\r?$[^]*?^={7}\r?$[^]*?^>{7}(?: |\r?$)/m.exec(text);
  return found?.index;
}
