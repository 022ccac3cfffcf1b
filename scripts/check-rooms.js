/** Runs the dependency rules and makes sure that they saw the whole house: an empty scan must not pass. */
import { readdirSync } from "node:fs";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import rules from "../.dependency-cruiser.cjs";

const files = readdirSync("src", { recursive: true }).filter((name) => name.endsWith(".ts"));
const { output } = await cruise(
  ["src"],
  { ...rules.options, ruleSet: { forbidden: rules.forbidden }, validate: true, outputType: "json" },
  {},
  { tsConfig: extractTSConfig("tsconfig.json") },
);
const { summary, modules } = JSON.parse(output);
const seen = modules.filter((m) => m.source.startsWith("src/")).length;
for (const { rule, from, to, cycle } of summary.violations) {
  const chain = cycle ? cycle.map((c) => c.name).join(" → ") : to;
  console.error(`${rule.name}: ${from} → ${chain}`);
}
if (seen !== files.length) console.error(`saw ${seen} modules, but src/ has ${files.length}`);
console.log(
  `${seen} modules, ${summary.totalDependenciesCruised} dependencies, ${summary.violations.length} violations`,
);
process.exitCode = summary.violations.length > 0 || seen !== files.length ? 1 : 0;
