import { placeIn } from "../../core/json.ts";
import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import { secretsIn } from "../../core/secrets.ts";
import type { LintContext, LintFile } from "./file.ts";

/** secret: what looks like a key, in an artifact's own text. */
export function secrets({ text, path }: LintFile, { project }: LintContext): Problem[] {
  return secretProblems(project, text, path);
}

/** The findings in a file's text. The value itself goes nowhere. */
export function secretProblems({ config }: Project, text: string, file: string): Problem[] {
  const known = new Set(config.lint?.notSecrets ?? []);
  return secretsIn(text, known).map(({ kind, offset, fingerprint }): Problem => {
    const { line, column } = placeIn(text, offset);
    return {
      severity: "error",
      rule: "secret",
      file,
      line,
      column,
      message: `this looks like a secret: ${kind}`,
      hint: `revoke it, since git keeps it, and name an environment variable instead; a test value? lint: { notSecrets: ["${fingerprint}"] } in agentops.config.yaml`,
    };
  });
}
