import type { Problem } from "../../core/problems.ts";
import { NAME_PATTERN, NAME_RULE } from "../../core/refs.ts";
import { addressOf, type ArtifactFile, isMisnamed } from "../files.ts";
import { type LintContext, type LintFile, problemAt } from "./file.ts";

/**
 * name-mismatch: refs and tags come from the file name, so the two must agree. invalid-name: no tag can be made of it. duplicate-name: two
 * files, one name.
 */
export function names(file: LintFile, { artifacts }: LintContext): Problem[] {
  const written = (file.prompt ?? file.agent)?.name;
  const problems: Problem[] = [];
  if (written !== undefined && isMisnamed(file.kind, written, file.name)) {
    const message = `name is "${written}", but the file name says "${file.name}"`;
    // What GitHub Models calls a name is for people; refs go by the file's.
    const severity = file.github === true ? "warning" : "error";
    problems.push(
      problemAt(file, ["name"], { rule: "name-mismatch", severity, message, hint: "rename one of the two" }),
    );
  }
  const stored = file.path.startsWith(`${file.kind}/`);
  if (stored && !NAME_PATTERN.test(file.name)) {
    const message = `"${file.name}" can be no version's name: ${NAME_RULE}`;
    problems.push(problemAt(file, ["name"], { rule: "invalid-name", message, hint: "rename the file" }));
  }
  const alike = byAddress(artifacts).get(addressOf(file.kind, file.name)) ?? [];
  const isOne = alike.some((a) => a.path === file.path);
  const twin = alike.find((a) => isOne && a.path < file.path);
  if (twin) {
    const message = `${addressOf(file.kind, file.name)} is also in ${twin.path}`;
    problems.push(problemAt(file, ["name"], { rule: "duplicate-name", message, hint: "delete one of the two" }));
  }
  return problems;
}

const looked = new WeakMap<readonly ArtifactFile[], Map<string, ArtifactFile[]>>();

/** All files are asked for their twins: one look over them is enough. */
function byAddress(artifacts: readonly ArtifactFile[]): Map<string, ArtifactFile[]> {
  const known = looked.get(artifacts) ?? new Map<string, ArtifactFile[]>();
  if (!looked.has(artifacts)) {
    for (const one of artifacts) {
      const address = addressOf(one.kind, one.name);
      known.set(address, [...(known.get(address) ?? []), one]);
    }
    looked.set(artifacts, known);
  }
  return known;
}

/** missing-owner: somebody must be called when an agent misbehaves; for a prompt it is advice. */
export function owners(file: LintFile): Problem[] {
  if (file.agent && file.agent.owner === undefined) {
    const message = "no owner: say which team answers for this agent";
    return [problemAt(file, [], { rule: "missing-owner", message, hint: "owner: { team: NAME, contact: EMAIL }" })];
  }
  if (file.prompt && file.prompt.agentops?.owner === undefined) {
    const message = "no owner";
    const hint = "agentops: { owner: TEAM }";
    return [problemAt(file, ["agentops"], { rule: "missing-owner", severity: "warning", part: "key", message, hint })];
  }
  return [];
}
