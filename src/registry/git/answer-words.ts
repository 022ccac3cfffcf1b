import { redactor } from "../../core/redact.ts";

/** A password or token in an address, and what has the form of a key. The user of ssh is none. */
export function withoutSecretsOf(said: string): string {
  return redactor([])(said).replace(
    /\b((?!ssh:|git\+ssh:)[a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@|\b((?:git\+)?ssh:\/\/[^\s/@:'"]+):[^\s/@'"]+@/gi,
    (_, scheme?: string, user?: string) => (scheme === undefined ? `${user ?? ""}:***@` : `${scheme}***@`),
  );
}

const MOST_LINES = 5;
// eslint-disable-next-line no-control-regex -- colours of a hook, whatever the user's settings
const COLOUR = /\u001b\[[0-9;?]*[A-Za-z]/g;
/** What git and the tools around it say whatever the reason is. */
const NOISE =
  /^(?:hint:|To |Done$|Everything up-to-date|(?:Enumerating|Counting|Compressing|Writing|Receiving|Unpacking|Resolving) (?:objects|deltas)|Total \d|Delta compression|Please make sure you have the correct access|and the repository exists|warning: |\d\d:\d\d:\d\d\.\d+ \S+:\d+ )/;
/** git's own summary lines, which name no reason; shown only where nothing else was said. */
const SUMMARY =
  /^(?:failed to push some refs to|Aborting\.?$|atomic push failed|Could not read from remote repository|[Tt]he remote end hung up|early EOF|the remote end hung up upon initial contact|could not fetch [0-9a-f]+ from promisor|pack-objects died|remote unpack failed|hook declined to update |ref updates? aborted by hook)/;
/** What every failing push ends with. */
const PUSH = /^failed to push some refs to/;
/** Of runners of hooks (husky, lint-staged, pre-commit, commitlint): that they run, and what passed. */
const RUNNER =
  /^(?:husky - \S+ (?:script|hook)\b|husky > |\[(?:STARTED|COMPLETED|SKIPPED)\]|[✔✓❯⧗↓ⓘ]|> |.*\.{3}.*(?:Passed|Skipped)$|[=*-]{5,}$)/u;
const REASON =
  /error|✖|✗|❌|fail|refus|reject|denied|not allowed|not permitted|must |cannot |can't|invalid|violat|restricted|protected|forbidden|missing|not found/i;

/** git's words for what a server answered, and how its page says the same. */
const STATUS = [
  [/The requested URL returned error: \d+/, /returned error: \d/],
  [/Authentication failed for .*/, /denied|auth|permission/i],
  [/repository '.*' not found/, /not found|404/i],
] as const;

/** The lines that say why, none where nothing does: the remote's own before git's, git's before whatever else was printed, a hook's picked by their words. */
export function wordsOf(said: string): string[] {
  const lines = wholeLines(said.replace(COLOUR, ""))
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd())
    .filter(
      (line) => line.trim() !== "" && !NOISE.test(line) && !/^remote: *$|^remote: (?:Resolving|Processing)/.test(line),
    );
  const remote = lines.filter((line) => line.startsWith("remote: ")).map((line) => line.slice(8).replace(/^(?:fatal|error): /, "")); // prettier-ignore
  const own = lines.filter((line) => /^(?:fatal|error): /.test(line)).map((line) => line.replace(/^(?:fatal|error): /, "")); // prettier-ignore
  const others = lines.filter((line) => !/^(?:remote|fatal|error): |^[!=*+ -]\t/.test(line));
  const withReason = (some: readonly string[]) => some.filter((line) => !SUMMARY.test(line));
  const found = [withReason(remote), withReason(own), others, remote, own].map(withoutRunner).find((some) => some.length > 0); // prettier-ignore
  if (found === undefined || found.every((line) => PUSH.test(line))) return [];
  // A hook says of each ref what it says of the first.
  const shown = few([...new Set(found)]).map((line) => line.trim().replace(/^[-*•] /, ""));
  // The page that came with it is anybody's words; the status is the server's answer.
  const status = STATUS.find(([own, same]) => own.test(said) && !shown.some((line) => same.test(line)))?.[0].exec(said)?.[0]; // prettier-ignore
  return status === undefined ? shown : [...shown, status];
}

/** git goes on in the next line where one ends so; that one has no beginning of its own. */
function wholeLines(said: string): string {
  return said.replace(/^((?:fatal|error): .*(?::|running))\n[ \t]+(\S.*(?:\n\t\S.*)*)/gm, (_, first: string, rest: string) => `${first} ${rest.split(/\n\t/).join(", ")}`); // prettier-ignore
}

function withoutRunner(lines: readonly string[]): string[] {
  const left = lines.filter((line) => !RUNNER.test(line.trim()));
  return left.length > 0 ? left : [...lines];
}

function few(lines: readonly string[]): string[] {
  if (lines.length <= MOST_LINES) return [...lines];
  // What follows the first of them belongs to it: a file and its line, the next complaint.
  const first = lines.findIndex((line) => REASON.test(line));
  return first < 0 ? lines.slice(-MOST_LINES) : lines.slice(first, first + MOST_LINES);
}
