import { problemAt, type Rule } from "./file.ts";

/** Where a value stands for itself, rather than for an amount: what a schema allows, and what a prompt is tried with. */
const LITERAL = new Set(["enum", "const", "default", "examples", "testData"]);

/** Numbers that are another text than was written. They are read as before, because a published version is its digest: a person quotes them. */
export const spelling: Rule = (file) =>
  file.yaml
    .lost()
    .filter(({ id, path }) => id || path.some((step) => LITERAL.has(String(step))))
    .map(({ written, read, path }) =>
      problemAt(file, path, {
        severity: "warning",
        rule: "number-spelling",
        message: `${written} is the number ${read} here, and not the text that is written`,
        hint: `"${written}" keeps it as text`,
      }),
    );
