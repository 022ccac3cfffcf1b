import { readFileSync } from "node:fs";
import { AgentopsError } from "./errors.ts";
import { CONFIG_FILE, type Location } from "./location.ts";

/** The environment of an operator's command, and what the person should know of how it was found. */
export interface ChosenEnvironment {
  /** `every` where nothing tells which one it is. */
  name: string;
  note: string | null;
}

/**
 * `--env`, AGENTOPS_ENV, the last one in the config; where the config cannot be read, `every`, which is the safe side of a
 * kill. A name that a readable config does not list is refused: a kill with a slip of the pen would stop nothing; that every one can be
 * meant is said where it can.
 */
export async function chooseEnvironment(
  location: Location,
  given: string | undefined,
  every: string,
  { takesEvery = true } = {},
): Promise<ChosenEnvironment> {
  const text = location.configFile === null ? null : readConfig(location.configFile);
  if (given === every) return { name: every, note: null };
  if (given !== undefined && (text === null || isPlainlyListed(text, given))) return { name: given, note: null };
  const listed = await environmentsIn(text);
  if (given === undefined) {
    if (listed !== null) return { name: listed.at(-1) ?? "production", note: null };
    const what = text === null ? `there is no ${CONFIG_FILE}` : `${CONFIG_FILE} cannot be read`;
    return { name: every, note: `${what}, so this is for every environment; --env NAME says which one` };
  }
  if (listed === null || listed.length === 0 || listed.includes(given)) return { name: given, note: null };
  throw new AgentopsError("CONFIG_INVALID", `unknown environment "${given}"`, {
    hint: `environments in ${CONFIG_FILE}: ${listed.join(", ")}${takesEvery ? `; --env '${every}' means every one` : ""}`,
  });
}

/** Environments a project names; null when its config cannot be read, none when it names none. */
export async function listEnvironments(location: Location): Promise<string[] | null> {
  return environmentsIn(location.configFile === null ? null : readConfig(location.configFile));
}

async function environmentsIn(text: string | null): Promise<string[] | null> {
  if (text === null) return null;
  const plain = plainList(text);
  if (plain !== null) return plain;
  // A quarter of the command's time: only where a look at the text is not enough.
  const { readYaml } = await import("./yaml.ts");
  const config = readYaml(text, CONFIG_FILE).yaml?.value;
  if (typeof config !== "object" || config === null || Array.isArray(config)) return null;
  const listed = (config as { environments?: unknown }).environments;
  if (listed === undefined) return [];
  const isName = (name: unknown) => typeof name === "string" && name !== "";
  return Array.isArray(listed) && listed.length > 0 && listed.every(isName) ? (listed as string[]) : null;
}

/** True when the name needs no parser: the config lists no environments, or this one, on one line. */
function isPlainlyListed(text: string, name: string): boolean {
  return !text.includes("environments") || (plainList(text)?.includes(name) ?? false);
}

/** One list of plain names on one line of its own, which needs no parser; null for anything else, and where git left a conflict. */
function plainList(text: string): string[] | null {
  const [line, ...more] = text.match(/^.*environments.*$/gm) ?? [];
  const list = /^environments:[ \t]*\[([^\]\n]*)\][ \t]*(?:#.*)?\r?$/.exec(line ?? "")?.[1];
  if (list === undefined || more.length > 0 || /^(<{7}|={7}|>{7})/m.test(text)) return null;
  const names = list.split(",").map((item) => item.trim().replace(/^(["'])(.*)\1$/, "$2"));
  // What YAML could take for a number or a truth needs its parser.
  return names.every((name) => /^(?!(true|false|null|yes|no|on|off|y|n)$)[a-z][a-z0-9._-]*$/i.test(name))
    ? names
    : null;
}

function readConfig(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
