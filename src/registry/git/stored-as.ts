import { must } from "./git.ts";
import type { Repo } from "./repo.ts";

/** What git makes of a file when it is added: nothing, LF of its line ends, or a pointer of Git LFS. */
export type StoredAs = "bytes" | "lf" | "lfs";

/**
 * How git stores files, by its attributes and `core.autocrlf`; paths are relative to the project root and inside the repository.
 * Filters but that of LFS are not asked: a program of the user's can say of any bytes that they are what was committed.
 */
export async function storedAs(repo: Repo, paths: readonly string[]): Promise<StoredAs[]> {
  if (paths.length === 0) return [];
  const input = paths.map((path) => `${path}\0`).join("");
  const said = await must(repo.git, ["check-attr", "-z", "--stdin", ...ATTRIBUTES], { input });
  const { exitCode, stdout } = await repo.git(["config", "--get", "core.autocrlf"]);
  const autocrlf = exitCode === 0 && /^(?:true|input|yes|on|1)$/i.test(stdout.trim());
  const valueOf = valuesIn(said.split("\0"));
  return paths.map((path) => wayOf((attribute) => valueOf.get(`${path}\0${attribute}`) ?? "unspecified", autocrlf));
}

// `crlf` is what `text` was called once.
const ATTRIBUTES = ["text", "eol", "crlf", "filter"] as const;
type Attribute = (typeof ATTRIBUTES)[number];

/** Three fields each: path, attribute, value. */
function valuesIn(fields: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at + 2 < fields.length; at += 3)
    values.set(`${fields[at]}\0${fields[at + 1]}`, fields[at + 2] ?? "");
  return values;
}

function wayOf(value: (attribute: Attribute) => string, autocrlf: boolean): StoredAs {
  if (value("filter") === "lfs") return "lfs";
  const said = value("text") === "unspecified" ? value("crlf") : value("text");
  if (said === "unset") return "bytes";
  const converted = said !== "unspecified" || ["lf", "crlf"].includes(value("eol")) || autocrlf;
  return converted ? "lf" : "bytes";
}
