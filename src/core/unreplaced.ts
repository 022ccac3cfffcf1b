import { AgentopsError } from "./errors.ts";
import type { Path } from "./yaml.ts";

/** A setting that names a variable as a shell would. Nothing here replaces it: it would be sent as it stands. */
export interface Unreplaced {
  path: Path;
  /** As written: `${TOKEN}`. */
  written: string;
  /** `models.local.headers.authorization: ${TOKEN} is not replaced …` */
  message: string;
  /** The way that exists. */
  hint: string;
}

/** As this program's readers might expect it to be replaced: `${TOKEN}`, `${env:TOKEN}`, `{{env.TOKEN}}`, `%TOKEN%`; a bare `$TOKEN` only where it is all that a word is. */
const WRITTEN =
  /\$\{\w[\w.:-]*\}|\{\{\s*env\.\w+\s*\}\}|(?<![\w%])%[A-Z_][A-Z0-9_]+%|(?<![\w$])\$[A-Z_][A-Z0-9_]{2,}(?!\w)/;

/** As workflows, programs, shells and manuals name one. Not in a command: a program's text on its command line may mean it. */
const ELSEWHERE =
  /\$\{\{\s*[\w.-]+\s*\}\}|\$\([^()]+\)|\bprocess\.env(?:\.\w+|\["?'?\w+'?"?\])|\bos\.environ(?:[/.]\w+|\["?'?\w+'?"?\])|<(?:[A-Z][A-Z0-9_]+|[Yy]our[-_ ][\w -]+)>/;

/** Around the name, in each of these. */
const AROUND =
  /^\$\{?\{?\s*(?:env[:.]|secrets\.|vars\.)?|^\{\{\s*env\.|^process\.env\W+|^os\.environ\W+|\s*\}\}$|[%}<>"'\]]/g;

/** What a shell runs, a shell replaces. */
const SHELL = /(?:^|\/)(?:ba|da|z|k|c)?sh$|cmd(?:\.exe)?$/;

/** Every such setting below a value. */
export function unreplacedIn(value: unknown, path: Path = []): Unreplaced[] {
  if (typeof value === "string") return unreplacedText(value, path);
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value) && path.at(-1) === "command" && SHELL.test(String(value[0]))) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, item]) => unreplacedIn(item, [...path, key]));
}

/** Throws CONFIG_INVALID for the first of them. */
export function requireReplaced(value: unknown, path: Path): void {
  const [first] = unreplacedIn(value, path);
  if (first !== undefined) throw new AgentopsError("CONFIG_INVALID", first.message, { hint: first.hint });
}

function unreplacedText(text: string, path: Path): Unreplaced[] {
  const written = (path.includes("command") ? undefined : ELSEWHERE.exec(text)?.[0]) ?? WRITTEN.exec(text)?.[0];
  if (written === undefined) return [];
  const message = `${path.join(".")}: ${written} is not replaced here, and would be used as it stands`;
  const name = written.replaceAll(AROUND, "");
  return [{ path, written, message, hint: hintFor(path, /^[A-Za-z_]\w*$/.test(name) ? name : "NAME") }];
}

function hintFor(path: Path, name: string): string {
  const [section, its = "NAME"] = path.map(String);
  if (section === "models")
    return `for a key: models.${its}: { apiKeyEnv: ${name} }; anything else is written out, or in another file with --config`;
  if (section === "channels") return `urlEnv: ${name}, keyEnv or secretEnv, as the channel's kind has it`;
  if (section === "store") return `AGENTOPS_STORE=…; a password comes from PGPASSWORD or a service file`;
  return "write the value itself";
}
