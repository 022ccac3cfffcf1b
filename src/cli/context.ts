import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Clock, systemClock } from "../core/clock.ts";
import { AgentopsError } from "../core/errors.ts";
import { printable } from "../core/printable.ts";
import type { Project } from "../core/project.ts";
import type { Ref } from "../core/refs.ts";
import type { GlobalFlags, OutStream, Shell } from "./shell.ts";

/** What a command's action gets: the shell, the flags, and the few things every command needs of them. */
export interface CommandContext {
  shell: Shell;
  flags: GlobalFlags;
  clock: Clock;
  /** Folder the command runs in: `-C`, else the current one. */
  cwd: string;
  /** Aborted by Ctrl-C or SIGTERM, with the error to end with as its reason. */
  signal: AbortSignal;
  project(): Promise<Project>;
  /** Writes the one document of the command: to `--output FILE`, else to stdout. */
  emit(document: string): Promise<void>;
  /** The same for a document too large to hold: line by line. */
  emitLines(lines: AsyncIterable<string>): Promise<void>;
  /** A line for the person, on stderr; silent under --quiet. */
  note(line: string): void;
  /** True when that stream shows colour. */
  color(stream: "stdout" | "stderr"): boolean;
}

/** Loads the project; where the config of a folder in between is not checked out, what is found further up is another project. */
async function projectIn(shell: Shell, flags: GlobalFlags, cwd: string, signal: AbortSignal): Promise<Project> {
  const { loadProject } = await import("../core/project.ts");
  const named = (flags.config ?? shell.env["AGENTOPS_CONFIG"] ?? "") !== "";
  const refuseAbsent = async (found: string | null) => {
    if (named || !existsSync(cwd)) return;
    const { absentConfig } = await import("../registry/absent.ts");
    const absent = await absentConfig({ root: cwd, env: shell.env, signal }, found);
    if (absent !== null) throw absent;
  };
  const options = { cwd, env: shell.env, configFile: flags.config, environment: flags.env };
  const project = await loadProject(options).catch(async (error: unknown) => {
    if (error instanceof AgentopsError && (error.code === "CONFIG_NOT_FOUND" || error.code === "FILE_INVALID"))
      await refuseAbsent(null);
    throw error;
  });
  if (project.root !== cwd) await refuseAbsent(project.root);
  return project;
}

/** Asks the store, which only such a ref needs. */
async function servedRef(shell: Shell, project: Project, ref: Ref): Promise<Ref | null> {
  const { servedVersion } = await import("../operations/names.ts");
  const { addressFor } = await import("./open/address.ts");
  return servedVersion(addressFor(shell, project), project, ref);
}

/** The same of versions' digests; a store that cannot be asked keeps nobody from what git has, and is waited for once. */
function releasedIn(shell: Shell, project: Project): NonNullable<Project["released"]> {
  let silent = false;
  return async (versions) => {
    if (silent || versions.length === 0) return versions.map(() => null);
    try {
      const { releasedDigests } = await import("../serving/released.store.ts");
      const { addressFor } = await import("./open/address.ts");
      return await releasedDigests(addressFor(shell, project), versions);
    } catch {
      silent = true;
      return versions.map(() => null);
    }
  };
}

/** Formats a command offers; the first is the default. */
export function chosenFormat<F extends string>(flags: GlobalFlags, formats: readonly [F, ...F[]]): F {
  if (flags.json === true && flags.format !== undefined && flags.format !== "json") {
    throw new AgentopsError("USAGE", `--json and --format ${flags.format} exclude each other`);
  }
  const typed = flags.json === true ? "json" : flags.format;
  if (typed === undefined) return formats[0];
  const found = formats.find((f) => f === typed);
  if (found !== undefined) return found;
  throw new AgentopsError("USAGE", `unknown format "${typed}"`, { hint: `one of ${formats.join(", ")}` });
}

export function createContext(shell: Shell, flags: GlobalFlags, signal: AbortSignal): CommandContext {
  const cwd = resolve(shell.cwd(), flags.C ?? ".");
  const note = (line: string): void => {
    if (flags.quiet !== true) shell.stderr.write(`${printable(line)}\n`);
  };
  return {
    shell,
    flags,
    clock: systemClock,
    cwd,
    signal,
    project: async () => {
      // Else the project of a folder above would be taken for the one that was meant.
      if (flags.C !== undefined && !existsSync(cwd)) throw new AgentopsError("USAGE", `no such folder: ${flags.C}`);
      const project = await projectIn(shell, flags, cwd, signal);
      return {
        ...project,
        signal,
        served: (ref) => servedRef(shell, project, ref),
        released: releasedIn(shell, project),
        warn: note,
      };
    },
    emit: (document) => writeLines(shell, cwd, flags, [document.endsWith("\n") ? document.slice(0, -1) : document]),
    emitLines: (lines) => writeLines(shell, cwd, flags, lines),
    note,
    color: (stream) => wantsColor(shell, flags, shell[stream]),
  };
}

/** --no-color, NO_COLOR and FORCE_COLOR (https://no-color.org, https://force-color.org), then whether the stream is a terminal. */
export function wantsColor(shell: Shell, flags: GlobalFlags, stream: OutStream): boolean {
  if (flags.color === false || shell.env["NO_COLOR"]) return false;
  const forced = shell.env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0";
  return stream.isTTY === true && shell.env["TERM"] !== "dumb";
}

async function writeLines(
  shell: Shell,
  cwd: string,
  flags: GlobalFlags,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  if (flags.output === undefined) {
    for await (const line of lines) await write(shell.stdout, `${line}\n`);
    return;
  }
  const { writeReport } = await import("./output.ts");
  await writeReport(resolve(cwd, flags.output), flags.output, lines);
}

/** Waits until the text is taken, so that a slow reader slows us down instead of filling memory. What stdout does not take, main() says. */
function write(stream: OutStream, text: string): Promise<void> {
  return new Promise((done) => {
    stream.write(text, () => {
      done();
    });
  });
}
