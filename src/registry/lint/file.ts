import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import type { ArtifactKind } from "../../core/refs.ts";
import type { Path, YamlFile } from "../../core/yaml.ts";
import type { ArtifactFile } from "../files.ts";
import type { Agent } from "../agent.schema.ts";
import type { Prompt } from "../schema.ts";

/** A file under lint. `prompt` or `agent` is what fits its schema: all of it, but for what has a finding of its own. */
export interface LintFile extends ArtifactFile {
  text: string;
  yaml: YamlFile;
  prompt?: Prompt;
  agent?: Agent;
  /** A prompt as GitHub Models has it, without `agentops:`. */
  github?: boolean;
}

/** What a rule may look at beside its file. */
export interface LintContext {
  project: Project;
  /** Every artifact of the project by file name, also those not under lint. */
  artifacts: readonly ArtifactFile[];
  /** Names of the project's suites; undefined when nobody looked. */
  suites: readonly string[] | undefined;
  /** The names of the suites that have an address as their target; undefined when nobody looked. */
  judged: ReadonlyMap<string, readonly string[]> | undefined;
  /** Undefined where nobody can say, as in CI. */
  verdicts: LastVerdicts | undefined;
  /** Another artifact of the project, as far as it can be read. */
  peer: (kind: ArtifactKind, name: string) => Promise<LintFile | undefined>;
  /** What is about to be released must not float, wherever its file comes from. */
  release: boolean;
}

/** What suites last said of exactly this content on this machine, by whoever knows the store: nothing where it was not run here. Never throws. */
export type LastVerdicts = (content: {
  digest: string;
  model: string | undefined;
}) => Promise<readonly { suite: string; run: string; verdict: "pass" | "fail" | "inconclusive" | "none" }[]>;

/** One rule, or a few that look at the same thing. */
export type Rule = (file: LintFile, context: LintContext) => Problem[] | Promise<Problem[]>;

/** A finding at the value (or key) of a path in the file. */
export function problemAt(
  file: LintFile,
  path: Path,
  finding: { rule: string; message: string; hint?: string; severity?: Problem["severity"]; part?: "key" | "value" },
): Problem {
  const { rule, message, hint, severity = "error", part } = finding;
  const at = file.yaml.locate(path, part);
  return { severity, rule, file: file.path, ...at, message, ...(hint !== undefined && { hint }) };
}
