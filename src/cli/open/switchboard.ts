import { isAbsolute, relative } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { chooseEnvironment } from "../../core/environments.ts";
import { type Location, locateProject } from "../../core/location.ts";
import { EVERY } from "../../kill/latch.ts";
import type { Kept } from "../../report/kill/text.ts";
import type { Switchboard } from "../../kill/switchboard.ts";
import { configuredStore } from "../../core/configured-store.ts";
import { storeAddress, type StoreAddress, type StoreSetting } from "../../state/address.ts";
import type { CommandContext } from "../context.ts";

/** The marker has done it by then; this only delays the answer. */
const WAIT_MS = 2000;

/** Where the kills are and in which environment they apply; notes what it had to guess. */
export async function findSwitchboard(
  context: CommandContext,
  unsure?: (what: string) => void,
): Promise<{ board: Switchboard; environment: string; location: Location }> {
  const { board, location } = openSwitchboard(context, unsure);
  const given = context.flags.env ?? context.shell.env["AGENTOPS_ENV"];
  const { name, note } = await chooseEnvironment(location, given === "" ? undefined : given, EVERY);
  if (note !== null) context.note(`note: ${note}`);
  return { board, environment: name, location };
}

/** Where the store is, found without what a broken config could stop; `unsure` is told where nobody can know which one is meant. */
export function storeSetting({ cwd, flags, shell }: CommandContext, unsure: (what: string) => void) {
  const location = locateProject({ cwd, env: shell.env, configFile: flags.config });
  const { value: configured, unclear } = configuredStore(location);
  const setting: StoreSetting = { ...location, env: shell.env, configured, cwd: shell.cwd() };
  const address = storeAddress(setting);
  if (unclear && (shell.env["AGENTOPS_STORE"] ?? "") === "")
    unsure(`\`store:\` in ${location.configFile ?? ""} cannot be read, so this is about ${address.shown}`);
  return { setting, address, location };
}

/**
 * Throws CONFIG_NOT_FOUND where there is neither a project nor a store, CONFIG_INVALID where nobody can know which store is meant, unless
 * the caller takes that to be told to a person.
 */
export function openSwitchboard(
  context: CommandContext,
  unsure: (what: string) => void = refuseUnsure,
): { board: Switchboard; location: Location } {
  const { shell, clock } = context;
  const { address: store, location } = storeSetting(context, unsure);
  if (!location.found && (shell.env["AGENTOPS_STORE"] ?? "") === "")
    throw new AgentopsError("CONFIG_NOT_FOUND", "neither a project nor a store here or above; nothing was done", {
      hint: "-C DIR says where the project is, or AGENTOPS_STORE where the store is",
    });
  return { board: { store, clock, waitMs: WAIT_MS }, location };
}

export function refuseUnsure(what: string): never {
  throw new AgentopsError("CONFIG_INVALID", what.replace(/, so .*/, ""), {
    hint: "it is one text on a line of its own; or name the store: AGENTOPS_STORE",
  });
}

/** The store's path as it looks from here; a server's address is the same from everywhere. */
export function shownStore({ cwd }: CommandContext, store: string): string {
  if (!isAbsolute(store)) return store;
  const path = relative(cwd, store);
  return path.startsWith("..") || isAbsolute(path) ? store : path;
}

/** Where kills are kept, as a person here knows it. */
export function keptFor(context: CommandContext, { store: { shown, file, markers } }: Switchboard): Kept {
  return { store: shownStore(context, shown), server: file === null, markers };
}

/** The store, and the one environment that a command is about: `--env`, AGENTOPS_ENV, the config's last one. Throws USAGE without any. */
export async function oneEnvironment(context: CommandContext): Promise<{ store: StoreAddress; environment: string }> {
  const { board, location } = openSwitchboard(context);
  const { name, note } = await chosenEnvironment(context, location);
  if (name !== EVERY) return { store: board.store, environment: name };
  throw whichOne(note, []);
}

/** For a command that is about one environment; {@link EVERY} where nothing tells which, and where that was typed. */
export function chosenEnvironment({ flags, shell }: CommandContext, location: Location) {
  const given = flags.env ?? shell.env["AGENTOPS_ENV"];
  return chooseEnvironment(location, given === "" ? undefined : given, EVERY, { takesEvery: false });
}

/** `known` are those that the store has heard of. */
export function whichOne(note: string | null, known: readonly string[]): AgentopsError {
  const why = note === null ? "this is about one, not about every one" : (note.split(",")[0] ?? "");
  const ways = known.map((name) => `--env ${name}`).join("   or   ");
  return new AgentopsError("USAGE", `which environment? (${why})`, { hint: ways || "--env NAME, or AGENTOPS_ENV" });
}
