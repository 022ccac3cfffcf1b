/** Runs the dependency rules and makes sure that they saw the whole house: an empty scan must not pass. */
import { readdirSync } from "node:fs";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import rules from "../.dependency-cruiser.cjs";

const files = readdirSync("src", { recursive: true }).filter((name) => name.endsWith(".ts"));

async function violationsOf(forbidden, options) {
  const { output } = await cruise(
    ["src"],
    { ...rules.options, ...options, ruleSet: { forbidden }, validate: true, outputType: "json" },
    {},
    { tsConfig: extractTSConfig("tsconfig.json") },
  );
  return JSON.parse(output);
}

const byFile = await violationsOf(rules.forbidden.filter(({ scope }) => scope !== "folder"));
// Tests may look wherever they like, so they make no circle of folders.
const byFolder = await violationsOf(
  rules.forbidden.filter(({ scope }) => scope === "folder"),
  { metrics: true, exclude: { path: rules.TEST } },
);
const violations = [byFile, byFolder].flatMap(({ summary }) => summary.violations);
for (const { rule, from, to, cycle } of violations) {
  const chain = cycle ? cycle.map((c) => c.name).join(" → ") : to;
  console.error(`${rule.name}: ${from} → ${chain}`);
}
const seen = byFile.modules.filter((m) => m.source.startsWith("src/")).length;
if (seen !== files.length) console.error(`saw ${seen} modules, but src/ has ${files.length}`);
const { totalDependenciesCruised } = byFile.summary;
console.log(
  `${seen} modules, ${byFolder.folders.length} folders, ${totalDependenciesCruised} dependencies, ${violations.length} violations`,
);
process.exitCode = violations.length > 0 || seen !== files.length ? 1 : 0;
