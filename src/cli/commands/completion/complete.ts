import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { locateProject } from "../../../core/location.ts";
import { type KnownNames, namesOfFiles, namesOfTags, versionsInTags } from "../../../registry/known-names.ts";
import { COMMANDS } from "../../commands.ts";
import { completions, type Names } from "../../completion.ts";
import type { Shell } from "../../shell.ts";

/** What a shell asks at each Tab: the words that may stand for the last one, one a line. Whatever cannot be read has none. */
export function complete(shell: Shell, typed: readonly string[]): void {
  const { env, stdout } = shell;
  const at = typed.indexOf("-C");
  const dir = at < 0 ? shell.cwd() : join(shell.cwd(), typed[at + 1] ?? ".");
  const { root, configFile } = locateProject({ cwd: dir, env });
  const names: Names = {
    artifacts: () => [...new Set([namesOfFiles(root), namesOfTags(root)].flatMap(allOf))],
    versions: (address) => orNone(() => versionsInTags(root, address)),
    suites: () => orNone(() => readdirSync(join(root, "evals"))).flatMap((file) => /^(.+)\.suite\.ya?ml$/.exec(file)?.[1] ?? []), // prettier-ignore
    environments: () => orNone(() => environmentsIn(configFile === null ? "" : readFileSync(configFile, "utf8"))),
  };
  stdout.write(completions(typed, COMMANDS, names).map((word) => `${word}\n`).join("")); // prettier-ignore
}

function allOf(names: KnownNames): string[] {
  return orNone(() => names.all());
}

function orNone(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}

/** Of `environments: [a, b]`, or a list below it: a parser would take longer than the rest. */
function environmentsIn(text: string): string[] {
  const list = /^environments:\s*(?:\[([^\]]*)\]|((?:\n\s*-[^\n]*)+))/m.exec(text);
  return (list?.[1] ?? list?.[2] ?? "production").match(/[\w.-]*\w/g) ?? [];
}
