import { printable } from "../../core/printable.ts";
import type { Setting } from "../../core/settings.ts";
import type { Style } from "../style.ts";

/** `key=value` a line, as git's config has it; the origin before it. */
export function configText(settings: readonly Setting[], origins: boolean, style: Style): string {
  const width = Math.max(...settings.map(({ origin }) => origin.length));
  return settings
    .map(({ key, value, origin }) => {
      const said = `${key}=${typeof value === "string" ? printable(value) : JSON.stringify(value)}`;
      return origins ? `${style.dim(origin.padEnd(width))}  ${said}` : said;
    })
    .join("\n");
}
