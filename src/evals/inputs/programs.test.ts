import { relative } from "node:path";
import { expect, test } from "vitest";
import type { ScorerSpec } from "../../scorers/schema.ts";
import { tempProject } from "../../testing/project.ts";
import { programFiles } from "./programs.ts";

const exec = (value: string | string[]): ScorerSpec => ({ type: "exec", value });
const files = {
  "evals/score.mjs": 'import { rule } from "./lib/rule.mjs";\nimport "yaml";\nexport default rule;\n',
  "evals/lib/rule.mjs":
    'const words = readFileSync(new URL("../words.txt", import.meta.url));\nexport { words } from "./again.mjs";\n',
  "evals/lib/again.mjs": 'export * from "./rule.mjs";\n',
  "evals/words.txt": "polite\n",
  "evals/old.cjs": 'module.exports = require("./shared");\n',
  "evals/shared.js": "module.exports = 1;\n",
  "evals/score.py": "from rules import ok\nimport os, json\nfrom .deep.more import x\n",
  "evals/rules.py": "import deep\n",
  "evals/deep/__init__.py": "",
  "evals/deep/more.py": "",
  "evals/run.sh": '. ./env.sh\npython3 "$(dirname "$0")/score2.py"\ncat ../shared/list.csv\n',
  "evals/env.sh": "X=1\n",
  "evals/score2.py": "",
  "shared/list.csv": "a\n",
  "evals/score.rb": 'require_relative "helper"\nrequire_relative "./other.rb"\n',
  "evals/other.rb": "",
  "evals/deep/below.sh": "cat words.txt\n",
  "evals/unrelated.mjs": "",
  "evals/package.json": '{ "scripts": { "judge": "sh ./run.sh" }, "imports": { "#rule": "./lib/rule.mjs" } }',
  "evals/mapped.mjs": 'import { words } from "#rule";\n',
  "evals/node_modules/x/index.js": "",
  "evals/uses.mjs": 'import x from "./node_modules/x/index.js";\n',
};

test.each<[what: string, scorer: ScorerSpec, expected: string[]]>([
  ["none of a formula", { type: "expression", value: "./score.mjs == output" }, []],
  ["a module and what it imports and reads", { type: "javascript", value: "./score.mjs" }, ["lib/again.mjs", "lib/rule.mjs", "score.mjs", "words.txt"]],
  ["a module by its URL", { type: "not-javascript", value: "file://old.cjs" }, ["old.cjs", "shared.js"]],
  ["nothing of node_modules", { type: "javascript", value: "uses.mjs" }, ["uses.mjs"]],
  ["Python", exec("python3 score.py"), ["deep/__init__.py", "deep/more.py", "rules.py", "score.py"]],
  ["a Python module", exec(["python3", "-m", "deep.more"]), ["deep/more.py"]],
  ["a program of the suite's, and the shell's files", exec(["./run.sh"]), ["../shared/list.csv", "env.sh", "run.sh", "score2.py"]],
  ["Ruby", exec("ruby score.rb"), ["other.rb", "score.rb"]],
  ["the line of a shell", exec(["sh", "-c", "cat words.txt | node shared.js"]), ["shared.js", "words.txt"]],
  ["an option's value", exec(["node", "--import=./old.cjs", "shared.js"]), ["old.cjs", "shared.js"]],
  ["a task of a runner", exec(["npm", "run", "-s", "judge"]), ["../shared/list.csv", "env.sh", "lib/again.mjs", "lib/rule.mjs", "package.json", "run.sh", "score2.py", "words.txt"]],
  ["what the package's own file means by #rule", { type: "javascript", value: "mapped.mjs" }, ["lib/again.mjs", "lib/rule.mjs", "mapped.mjs", "package.json", "words.txt", "../shared/list.csv", "env.sh", "run.sh", "score2.py"]],
  ["a program of the machine is none", exec(["/bin/sh", "words.txt"]), ["words.txt"]],
  ["a script in a folder, that reads where it runs", exec("sh deep/below.sh"), ["deep/below.sh", "words.txt"]],
  ["a word that is no file is none", exec(["node", "nowhere.mjs"]), []],
])("the files of %s", async (_, scorer, expected) => {
  const dir = tempProject(files);
  const found = await programFiles([scorer, { type: "equals" }], `${dir}/evals`);
  expect(found.map((file) => relative(`${dir}/evals`, file)).sort()).toEqual([...expected].sort());
}); // prettier-ignore
