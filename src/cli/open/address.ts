import type { Project } from "../../core/project.ts";
import { runsFile, storeAddress, type StoreAddress, type StoreSetting } from "../../state/address.ts";
import type { Shell } from "../shell.ts";

/** Where a loaded project's store is. */
export function addressFor(shell: Shell, project: Project): StoreAddress {
  return storeAddress(settingOf(shell, project));
}

/** The file of its runs. */
export function runsFileFor(shell: Shell, project: Project): string {
  return runsFile(settingOf(shell, project));
}

function settingOf(shell: Shell, { root, config }: Project): StoreSetting {
  return { root, found: true, env: shell.env, configured: config.store, cwd: shell.cwd() };
}
