import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { actionsCheckout } from "./ci-checkouts.ts";
import { cleanEnv, REPO, tempProject } from "./project.ts";

/** As much of a GitHub runner as the files of this repository use: expressions, shell steps, this action, the checkout. */
export interface Step {
  id?: string;
  name?: string;
  if?: string;
  shell?: string;
  run?: string;
  uses?: string;
  env?: Record<string, string>;
  with?: Record<string, string | number>;
}
export interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, { steps: Step[] }>;
}
export type Values = Record<string, string>;

/** One event as the runner gets it: `payload` is what is in the file of GITHUB_EVENT_PATH. */
export interface GithubEvent {
  name: string;
  /** `refs/heads/main`, `refs/pull/7/merge`, `refs/tags/v1`. */
  ref: string;
  sha: string;
  payload?: Record<string, unknown>;
  /** What only pull requests have: GITHUB_BASE_REF, GITHUB_HEAD_REF. */
  env?: Values;
}

export interface Job {
  code: number;
  log: string;
  summary: string;
  outputs: Values;
}

export const ACTION: {
  inputs: Record<string, { default: string }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: Step[] };
} = parse(readFileSync(join(REPO, "action.yml"), "utf8"));

/** The blocks of docs/ci.md in one language, in their order. */
export function blocksOf(language: string): string[] {
  const page = readFileSync(join(REPO, "docs/ci.md"), "utf8");
  return [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g"))].map(([, text]) => text!);
}

/** The file of that name in docs/ci.md. */
export function fileInDocs(name: string) {
  const found = blocksOf("yaml").find((text) => text.startsWith(`# ${name}\n`));
  if (found === undefined) throw new Error(`docs/ci.md has no ${name}`);
  return parse(found);
}

/** The value of `a && b || 'c'`, `a == 'b'`, `a > 0`; a name that is not known is the empty text, as on GitHub, unless `strict`; so is a secret. */
function valueOf(expression: string, values: Values, strict: boolean): string {
  const [first = "", ...others] = expression.split("||").map((part) => part.trim());
  if (others.length > 0) return valueOf(first, values, strict) || valueOf(others.join("||"), values, strict);
  const all = first.split("&&").map((part) => part.trim());
  if (all.length > 1) {
    const parts = all.map((part) => valueOf(part, values, strict));
    return parts.find((part) => part === "") ?? parts.at(-1)!;
  }
  const [, left, operator, right] = /^(.+?) (==|!=|>) (.+)$/.exec(first) ?? [];
  if (operator === undefined) return oneOf(first, values, strict);
  const [a, b] = [oneOf(left!, values, strict), oneOf(right!, values, strict)];
  return (operator === ">" ? Number(a) > Number(b) : (a === b) === (operator === "==")) ? "true" : "";
}

function oneOf(term: string, values: Values, strict: boolean): string {
  if (term === "always()") return "true";
  const text = /^'(.*)'$/.exec(term)?.[1];
  if (text !== undefined || /^\d+$/.test(term)) return text ?? term;
  if (strict && values[term] === undefined && !term.startsWith("secrets.")) throw new Error(`no value for ${term}`);
  return values[term] ?? "";
}

/** A text with its expressions replaced. */
function filled(text: string, values: Values, { strict = true } = {}): string {
  return text.replace(/\$\{\{ (.+?) \}\}/g, (_, expression: string) => valueOf(expression, values, strict));
}

/** Runs a script as GitHub runs `shell: bash`, with the files a step may write; what it wrote is returned. */
export async function runStep(step: Step, values: Values, cwd: string, env: NodeJS.ProcessEnv): Promise<Job> {
  const temp = tempProject();
  const [script, output, summary] = ["script.sh", "output", "summary"].map((name) => join(temp, name));
  writeFileSync(script!, step.run!);
  for (const file of [output!, summary!]) writeFileSync(file, "");
  const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, filled(text, values)]));
  const { exitCode, stdout, stderr } = await execa("bash", ["--noprofile", "--norc", "-eo", "pipefail", script!], {
    cwd,
    env: cleanEnv({ RUNNER_TEMP: temp, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, ...env, ...own }),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  const outputs = Object.fromEntries(
    readFileSync(output!, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  return { code: exitCode ?? -1, log: `${stdout}\n${stderr}`, outputs, summary: readFileSync(summary!, "utf8") };
}

/** The composite action's own steps, one after the other until one fails. */
export async function runAction(cwd: string, inputs: Values = {}, env: NodeJS.ProcessEnv = {}): Promise<Job> {
  const values: Values = {};
  for (const [name, { default: value }] of Object.entries(ACTION.inputs))
    values[`inputs.${name}`] = inputs[name] ?? value;
  const job: Job = { code: 0, log: "", summary: "", outputs: {} };
  for (const step of ACTION.runs.steps) {
    for (const name of ["verdict", "exit-code", "changed", "failed-suites", "report"])
      values[`steps.gate.outputs.${name}`] ??= "";
    const ran = await runStep(step, values, cwd, { GITHUB_ACTION_PATH: REPO, ...env });
    job.log += ran.log;
    job.summary += ran.summary;
    for (const [name, value] of Object.entries(ran.outputs)) values[`steps.${step.id}.outputs.${name}`] = value;
    job.code = ran.code;
    if (ran.code !== 0) break;
  }
  for (const [name, { value }] of Object.entries(ACTION.outputs)) job.outputs[name] = filled(value, values);
  return job;
}

/** A job's steps on a runner of its own: what it checks out is `origin` at the event's commit. Steps of others that need GitHub are passed over. */
export async function runJob(
  steps: readonly Step[],
  { origin, event, env = {} }: { origin: string; event: GithubEvent; env?: NodeJS.ProcessEnv },
): Promise<Job & { dir: string }> {
  const dir = tempProject();
  const values: Values = { ...contextOf(event), "runner.temp": tempProject() };
  const all = { ...variablesOf(event), ...env };
  const job: Job = { code: 0, log: "", summary: "", outputs: {} };
  for (const step of steps) {
    const asked = step.if === undefined ? job.code === 0 : job.code === 0 || step.if.includes("always()");
    if (!asked || valueOf(step.if ?? "'yes'", values, false) === "") continue;
    const given = Object.fromEntries(
      Object.entries(step.with ?? {}).map(([name, value]) => [name, filled(String(value), values, { strict: false })]),
    );
    const ran = await runOne(step, { dir, origin, event, given, values, env: all });
    if (ran === undefined) continue;
    job.log += ran.log;
    job.summary += ran.summary;
    for (const [name, value] of Object.entries(ran.outputs)) {
      values[`steps.${step.id}.outputs.${name}`] = value;
      job.outputs[name] = value;
    }
    job.code ||= ran.code;
  }
  return { ...job, dir };
}

interface Running {
  dir: string;
  origin: string;
  event: GithubEvent;
  given: Values;
  values: Values;
  env: NodeJS.ProcessEnv;
}

async function runOne(step: Step, { dir, origin, event, given, values, env }: Running): Promise<Job | undefined> {
  if (step.uses?.startsWith("actions/checkout@") === true) {
    if (given["repository"] !== undefined) installed(join(dir, given["path"]!));
    else await actionsCheckout(dir, `file://${origin}`, event, given);
    return undefined;
  }
  if (step.uses?.startsWith("YOUR-ORG/agentops@") === true) return runAction(dir, given, env);
  return step.run === undefined ? undefined : runStep(step, values, dir, env);
}

/** This checkout where a job puts a clone of it: built, and with what it needs. */
function installed(dir: string): void {
  mkdirSync(join(dir, "bin"), { recursive: true });
  symlinkSync(join(REPO, "bin/agentops.js"), join(dir, "bin/agentops.js"));
}

function contextOf({ name, ref, sha, payload = {} }: GithubEvent): Values {
  const flat: Values = { "github.event_name": name, "github.ref": ref, "github.sha": sha, "github.token": "t" };
  const walk = (at: string, value: unknown): void => {
    if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(`${at}.${key}`, inner);
    else flat[at] = typeof value === "string" || value === true ? String(value) : "";
  };
  walk("github.event", payload);
  return flat;
}

/** The variables a runner sets. */
function variablesOf({ name, ref, sha, payload = {}, env = {} }: GithubEvent): Values {
  const file = join(tempProject(), "event.json");
  writeFileSync(file, JSON.stringify(payload));
  return { CI: "true", GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: file, GITHUB_REF: ref, GITHUB_SHA: sha, ...env }; // prettier-ignore
}
