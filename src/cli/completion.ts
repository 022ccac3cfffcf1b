import type { CommandSpec } from "./command.ts";

/** What can be named where the command is typed; each is asked only where it is needed. */
export interface Names {
  /** `prompts/NAME` and `agents/NAME` of files and of versions. */
  artifacts: () => readonly string[];
  /** `v1`, `v2`, … of one of them, the newest first. */
  versions: (address: string) => readonly string[];
  suites: () => readonly string[];
  environments: () => readonly string[];
}

const GLOBAL = ["-C", "--config", "--env", "--actor", "--json", "--quiet", "--debug", "--no-color", "--help"];
const TAKES_A_VALUE = ["-C", "--config", "--env", "--actor"];

/**
 * What may stand for the last of some words, which may be empty; the words are those after the program's name.
 * None where only a file, or something nobody can know, may stand there.
 */
export function completions(typed: readonly string[], commands: readonly CommandSpec[], names: Names): string[] {
  const [last = "", before = ""] = [...typed].reverse();
  const spec = commands.find(({ name }) => typed.slice(0, -1).includes(name));
  const options = (spec?.options ?? []).map(([flags, text]) => ({ names: [...(flags.match(/--?[\w-]+/g) ?? [])] as string[], takes: flags.includes("<"), text })); // prettier-ignore
  const fits = (words: readonly string[]) => [...new Set(words)].filter((word) => word.startsWith(last));
  if (before === "--env") return fits(names.environments());
  const valued = options.find((option) => option.takes && option.names.includes(before));
  if (valued !== undefined) return fits(before === "--format" ? formatsIn(valued.text) : []);
  if (TAKES_A_VALUE.includes(before)) return [];
  if (last.startsWith("-")) return fits([...options.flatMap((option) => option.names), ...GLOBAL]);
  if (typed[0] === "help" && typed.length > 1) return fits([...commands.map(({ name }) => name), "exit-codes"]);
  if (spec === undefined) return fits([...commands.map(({ name }) => name), "help"]);
  const takers = [...options.filter((o) => o.takes).flatMap((o) => o.names), ...TAKES_A_VALUE];
  return fits(argumentsOf(spec, wordsAfter(typed, spec.name, takers), last, names));
}

/** The formats that an option's text names: `text, json or github`. */
function formatsIn(text: string): string[] {
  return text.split(/, | or /);
}

/** The command's own words before the last, without flags and what they take. */
function wordsAfter(typed: readonly string[], name: string, takers: readonly string[]): string[] {
  const own = typed.slice(typed.indexOf(name) + 1, -1);
  return own.filter((word, i) => !word.startsWith("-") && !takers.includes(own[i - 1] ?? ""));
}

function argumentsOf(spec: CommandSpec, given: readonly string[], last: string, names: Names): readonly string[] {
  const parameters = (spec.args ?? "").split(" ").filter((part) => part !== "");
  const repeated = parameters.at(-1)?.includes("...") === true ? parameters.at(-1) : undefined;
  const parameter = parameters[given.length] ?? repeated ?? "";
  if (parameter.includes("action")) return spec.actions ?? [];
  if (parameter.includes("suite")) return names.suites();
  if (/name|ref|words|control|candidate/.test(parameter)) return refs(last, names);
  return [];
}

/** Names, with their kind where it was typed or one name is of both; behind an @ the versions of that one. */
function refs(last: string, { artifacts, versions }: Names): string[] {
  const known = artifacts();
  const at = last.indexOf("@");
  if (at < 0) {
    const isTwice = (address: string) => known.some((other) => other !== address && bare(other) === bare(address));
    return known.map((address) => (last.includes("/") || isTwice(address) ? address : bare(address)));
  }
  const typed = last.slice(0, at);
  const found = known.filter((address) => address === typed || bare(address) === typed).flatMap(versions);
  return [...found, "worktree", "stable", "candidate"].map((point) => `${typed}@${point}`);
}

function bare(address: string): string {
  return address.slice(address.indexOf("/") + 1);
}
