import { stat } from "node:fs/promises";
import { dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { readBytes } from "../../core/project.ts";
import type { ScorerSpec } from "../../scorers/schema.ts";
import { words } from "../../scorers/programs/words.ts";

/** A script that names others names few; a file that seems to name more is data. */
const MOST = 500;

/**
 * The files that a suite's scorers run, absolute: a module, the words of a command that are files, and what these name in turn: what
 * they import, include or read by a path beside them, in whatever language. A program of the machine (`/usr/bin/python3`, or one on
 * PATH) is none of them.
 */
export async function programFiles(scorers: readonly ScorerSpec[], baseDir: string): Promise<string[]> {
  const found = new Set<string>();
  for (const scorer of scorers) for (const file of await filesOf(scorer, baseDir)) await follow(file, baseDir, found);
  return [...found].sort();
}

/** The same of a program that answers, as a judge or as what is judged, and runs in the project's folder. */
export async function commandsFiles(command: readonly string[], root: string): Promise<string[]> {
  const found = new Set<string>();
  for (const file of await commandFiles(command, root)) await follow(file, root, found);
  return [...found].sort();
}

async function filesOf(scorer: ScorerSpec, baseDir: string): Promise<string[]> {
  const type = scorer.type.replace(/^not-/, "");
  const value = "value" in scorer ? scorer.value : undefined;
  if (type === "javascript") return [resolve(baseDir, (value as string).replace(/^file:\/\//, ""))];
  if (type !== "exec") return [];
  return commandFiles(typeof value === "string" ? words(value) : (value as string[]), baseDir);
}

async function commandFiles(command: readonly string[], folder: string): Promise<string[]> {
  const written = command.flatMap((word, index) => namesIn(word, command[index - 1], index === 0));
  const named = [...written, ...(await ownProgram(command, folder)), ...(RUNNERS.test(command[0] ?? "") ? TASKS : [])];
  return (await Promise.all(named.map((name) => fileAt(resolve(folder, name))))).filter((file) => file !== null);
}

/** Programs that run what a file of the project names for them. */
const RUNNERS = /^(?:npm|npx|pnpm|yarn|bun|bunx|deno|make|gmake|just|task|uv|poetry|pdm|hatch|rake|cargo|go)$/;
const TASKS = ["package.json", "deno.json", "deno.jsonc", "Makefile", "makefile", "GNUmakefile", "justfile", "Taskfile.yml", "pyproject.toml", "Rakefile", "Cargo.toml"]; // prettier-ignore

/** A program by its whole path is the machine's, unless it lies in this repository. */
async function ownProgram([program = ""]: readonly string[], folder: string): Promise<string[]> {
  if (!isAbsolute(program)) return [];
  const top = await topOf(folder);
  return top !== null && !/^(?:\.\.|\/|[A-Za-z]:)/.test(relative(top, program)) ? [program] : [];
}

/** The nearest folder above that is a repository's. */
async function topOf(folder: string): Promise<string | null> {
  if ((await stat(join(folder, ".git")).catch(() => undefined)) !== undefined) return folder;
  return dirname(folder) === folder ? null : topOf(dirname(folder));
}

/** What a word of a command may mean: itself, the value of an option, a Python module, parts of a shell's line. */
function namesIn(word: string, before: string | undefined, isProgram: boolean): string[] {
  if (isProgram) return isAbsolute(word) || !/[/\\]/.test(word) ? [] : [word];
  const module = before === "-m" ? [`${word.replaceAll(".", "/")}.py`, `${word.replaceAll(".", "/")}/__main__.py`] : [];
  return [...new Set([word, word.replace(/^-[^=]*=/, ""), ...word.split(/[\s;|&<>()"']+/), ...module])].filter(
    (name) => name !== "",
  );
}

async function fileAt(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? path : null;
}

/** Programs run in the suite's folder, so what they name may be there as well as beside them. */
async function follow(file: string, baseDir: string, found: Set<string>): Promise<void> {
  if (found.has(file) || found.size >= MOST) return;
  found.add(file);
  const bytes = await readBytes(file).catch(() => new Uint8Array());
  // Machine code and data name nothing.
  if (bytes.length > 250_000 || bytes.includes(0)) return;
  const text = new TextDecoder().decode(bytes);
  const names = namedIn(text, extname(file));
  // What `#brain` means stands in the package's own file.
  if (/["']#[\w/-]/.test(text)) for (const map of await packagesAbove(dirname(file))) await follow(map, baseDir, found);
  for (const folder of new Set([dirname(file), baseDir])) {
    for (const name of names) {
      const next = await fileAt(resolve(folder, name));
      if (next !== null && !isElsewhere(folder, next)) await follow(next, baseDir, found);
    }
  }
}

async function packagesAbove(folder: string): Promise<string[]> {
  const own = await fileAt(join(folder, "package.json"));
  const isTop = (await stat(join(folder, ".git")).catch(() => undefined)) !== undefined || dirname(folder) === folder;
  if (own !== null) return [own];
  return isTop ? [] : packagesAbove(dirname(folder));
}

/** What a script installed is the machine's. */
function isElsewhere(folder: string, file: string): boolean {
  return /(?:^|[/\\])(?:node_modules|\.venv|__pycache__)[/\\]/.test(relative(folder, file));
}

/** `"./rules.json"`, `source lib.sh`, `require("./x")` without its extension; `import words` and `from .words import x` in Python. */
function namedIn(text: string, extension: string): Set<string> {
  const names = new Set<string>();
  for (const [token] of text.matchAll(/[\w@.~+-]*[./][\w@./~+-]*/g)) {
    // What begins with a slash may stand behind a variable: "$HERE/rules.json".
    const name = token.replace(/[.,]+$/, "").replace(/^\/+/, "");
    if (name === "") continue;
    for (const end of ["", extension, "/index.js", ".js", ".mjs", ".cjs", ".json", ".ts"]) names.add(name + end);
  }
  for (const [, module = ""] of text.matchAll(/^[ \t]*(?:from|import)[ \t]+(\.*[A-Za-z_][\w.]*)/gm)) {
    const name = module.replace(/^\.+/, "").replaceAll(".", "/");
    names.add(`${name}.py`).add(`${name}/__init__.py`);
  }
  return names;
}
