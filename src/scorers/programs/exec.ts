import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, resolve } from "node:path";
import { scoreOf } from "../answer.ts";
import { clip } from "../wording.ts";
import { fault, type Prepare, type ScorerContext, type Subject } from "../measure.ts";
import { readJson } from "../../core/json.ts";
import { runProgram } from "../../core/program.ts";
import { words } from "./words.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Any program: JSON `{ output, expected, vars, case, toolCalls, record }` on stdin, and on stdout JSON
 * `{ pass?, score?, reason? }`, true, false or a number. It runs in the suite's folder.
 */
export const exec: Prepare<"exec"> = async (spec, context) => {
  const [name = "", ...args] = typeof spec.value === "string" ? words(spec.value) : spec.value;
  const program = await findProgram(name, context);
  return async (subject) => {
    const stdout = await runProgram({
      command: [program, ...args],
      cwd: context.baseDir,
      env: context.env,
      stdin: question(subject),
      timeoutMs: spec.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal: subject.input.signal,
    });
    return scoreOf(parseAnswer(stdout, name), spec.threshold, name);
  };
};

function question({ output, expected, input }: Subject): string {
  const { toolCalls, record } = input;
  return JSON.stringify({ output, expected, vars: input.case.vars, case: input.case, toolCalls, record });
}

async function findProgram(name: string, { baseDir, env }: ScorerContext): Promise<string> {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = /[/\\]/.test(name) ? [baseDir] : folders;
  for (const folder of candidates) {
    const file = isAbsolute(name) ? name : resolve(folder, name);
    if (await isExecutable(file)) return file;
  }
  const where = candidates === folders ? "on PATH" : "relative to the suite";
  throw fault(
    ["value"],
    `no program "${name}" ${where}`,
    "a script needs its interpreter: [node, score.js], or chmod +x",
  );
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The answer of a program: JSON on stdout. */
function parseAnswer(stdout: string, program: string): unknown {
  const json = readJson(stdout);
  if ("value" in json) return json.value;
  const { message, syntax } = json.problem;
  const why = syntax ? "which is not JSON" : `in which ${message}`;
  throw new Error(`${program} answered ${JSON.stringify(clip(stdout.trim(), 200))}, ${why}`);
}
