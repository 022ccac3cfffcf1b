import { existsSync, lstatSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export const CONFIG_FILE = "agentops.config.yaml";

/** Where a project is, without a look at what its files say: what someone on call needs cannot depend on that. */
export interface Location {
  root: string;
  /** Absolute, whether it is there or not; null when nobody named one and none was found. */
  configFile: string | null;
  /** False when nothing tells that this is a project: neither a config nor a store here or above. */
  found: boolean;
}

export interface LocateOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** `--config`; wins over AGENTOPS_CONFIG, which wins over the search upwards from `cwd`. */
  configFile?: string | undefined;
}

/** The folder of the config; where there is none, the nearest folder that has a store; else `cwd`. Never throws. */
export function locateProject({ cwd, env, configFile }: LocateOptions): Location {
  const given = configFile ?? env["AGENTOPS_CONFIG"];
  if (given !== undefined && given !== "") {
    const file = resolve(cwd, given);
    return { root: dirname(file), configFile: file, found: existsSync(file) };
  }
  const file = above(cwd, CONFIG_FILE, isConfig);
  if (file !== undefined) return { root: dirname(file), configFile: file, found: true };
  const store = above(cwd, ".agentops", existsSync);
  return { root: store === undefined ? resolve(cwd) : dirname(store), configFile: null, found: store !== undefined };
}

/** The nearest config file, in `cwd` or in a folder above. */
export function configAbove(cwd: string): string | undefined {
  return above(cwd, CONFIG_FILE, isConfig);
}

function above(cwd: string, name: string, is: (path: string) => boolean): string | undefined {
  for (let dir = resolve(cwd); ; dir = dirname(dir)) {
    const path = join(dir, name);
    if (is(path)) return path;
    if (dirname(dir) === dir) return undefined;
  }
}

/**
 * Whatever stands in the config's place ends the search: a link whose target is not checked out, or a file that cannot be read, is this
 * project's all the same, and the config above it another's.
 */
function isConfig(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch {
    return false;
  }
}
