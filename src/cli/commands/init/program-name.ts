import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { PACKAGE_ROOT } from "../../version.ts";

/**
 * What to type in a folder to run this very package. Never a name that npm would look up on its registry: `npx agentops` where none is
 * installed runs whatever has that name there.
 */
export function programFor(dir: string, path = ""): string {
  if (ancestors(dir).some((folder) => isThis(folder) || isThis(join(folder, "node_modules", "agentops"))))
    return "npx agentops";
  // npx and npm's scripts add folders that a shell of its own does not have.
  const typed = path.split(delimiter).filter((folder) => !/node_modules[\\/][.]bin$|npm-lifecycle/.test(folder));
  const found = typed.map((folder) => join(folder, "agentops")).find((file) => existsSync(file));
  if (found !== undefined && real(found) === real(join(PACKAGE_ROOT, "bin", "agentops.js"))) return "agentops";
  return `node ${JSON.stringify(join(PACKAGE_ROOT, "bin", "agentops.js"))}`;
}

function ancestors(dir: string): string[] {
  const above = dirname(dir);
  return above === dir ? [dir] : [dir, ...ancestors(above)];
}

function isThis(folder: string): boolean {
  return existsSync(folder) && real(folder) === real(PACKAGE_ROOT);
}

function real(path: string): string {
  return realpathSync(path);
}
