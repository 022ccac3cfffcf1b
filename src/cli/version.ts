import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the package. The bundled command line lies as deep in it as this file does. */
export const PACKAGE_ROOT = fileURLToPath(new URL("../..", import.meta.url));

export function version(): string {
  const text = readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
