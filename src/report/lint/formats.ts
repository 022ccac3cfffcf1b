import { createHash } from "node:crypto";
import type { Problem } from "../../core/problems.ts";
import type { Lint } from "../../evals/lint/lint.ts";
import { githubAnnotations } from "../github.ts";
import { plural } from "../../core/words.ts";

import type { Style } from "../style.ts";

export function lintText({ files, errors, warnings, problems }: Lint, style: Style): string {
  const lines = problems.map((p) => {
    const level = p.severity === "error" ? style.bad("error") : style.unsure("warning");
    const hint = p.hint === undefined ? "" : `\n  ${style.dim(`hint: ${p.hint}`)}`;
    return `${p.file}:${p.line}:${p.column}: ${level}: ${p.message} ${style.dim(`[${p.rule}]`)}${hint}`;
  });
  const summary = `${plural(files, "file")}: ${plural(errors, "error")}, ${plural(warnings, "warning")}`;
  return [...lines, errors > 0 ? style.bad(summary) : style.good(summary)].join("\n");
}

export function lintGithub({ problems }: Lint): string {
  return githubAnnotations(
    problems.map((p) => ({
      level: p.severity,
      file: p.file,
      line: p.line,
      column: p.column,
      title: p.rule,
      message: messageOf(p),
    })),
  );
}

/** SARIF 2.1.0, for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function lintSarif({ problems }: Lint, version: string): string {
  const rules = [...new Set(problems.map((p) => p.rule))]
    .sort()
    .map((id) => ({ id, shortDescription: { text: id.replaceAll("-", " ") } }));
  const log = {
    version: "2.1.0",
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    runs: [
      {
        tool: { driver: { name: "agentops", version, rules } },
        columnKind: "utf16CodeUnits",
        results: problems.map(sarifResult),
      },
    ],
  };
  return JSON.stringify(log, null, 2);
}

function sarifResult(p: Problem): unknown {
  // Without the line: a finding that moves is the same finding.
  const fingerprint = createHash("sha256").update(`${p.rule}\n${p.file}\n${p.message}`).digest("hex");
  return {
    ruleId: p.rule,
    level: p.severity,
    message: { text: messageOf(p) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(p.file) },
          region: { startLine: p.line, startColumn: p.column },
        },
      },
    ],
    partialFingerprints: { "agentops/v1": fingerprint },
  };
}

function messageOf({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message} (${hint})`;
}
