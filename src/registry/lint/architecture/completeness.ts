import { statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Problem } from "../../../core/problems.ts";
import type { Agent } from "../../agent.schema.ts";
import { addressOf } from "../../files.ts";
import { type LintContext, type LintFile, problemAt } from "../file.ts";

/** Above the first, models start to pick wrong tools; an agent with as many as the second does everything, and nothing well. */
const MANY_TOOLS = 11;
const TOO_MANY_TOOLS = 50;
/** A supervisor's job is to route. */
const ROUTERS_TOOLS = 3;

/**
 * What an agent that acts must have before it meets people: missing-guards (what comes in and what goes out are two layers),
 * missing-limits, missing-token-cap, missing-runbook, missing-suite. too-many-tools, router-with-tools. Of every agent: unknown-runbook.
 */
export function completeness(file: LintFile, context: LintContext): Problem[] {
  const { agent } = file;
  const count = agent?.tools?.length ?? 0;
  if (!agent) return [];
  const lost = lostRunbook(file, agent, context);
  if (count === 0) return lost;
  return [...missing(file, agent, context), ...lost, ...toolCount(file, agent, count)];
}

function missing(file: LintFile, agent: Agent, { judged }: LintContext): Problem[] {
  const { guards, limits, runbook, evals } = agent;
  const sides = (["input", "output"] as const).filter((side) => (guards?.[side] ?? []).length === 0);
  const inForce = ["maxSteps", "maxDurationMs", "maxCostUsdPerTask"] as const;
  const unlimited = inForce.filter((key) => limits?.[key] === undefined);
  const isJudged = (evals ?? []).length > 0 || judged?.has(addressOf("agents", file.name)) !== false;
  const warn = (is: boolean, rule: string, at: string, message: string, hint: string): Problem[] =>
    is ? [problemAt(file, [at], { rule, severity: "warning", part: "key", message, hint })] : [];
  return [
    ...warn(sides.length > 0, "missing-guards", "guards", `an agent with tools and no guard on its ${sides.join(" and ")}: each of the two layers stops what the other lets through`, "guards: { input: [injection, scope], output: [pii, secrets] }"), // prettier-ignore
    ...warn(unlimited.length > 0, "missing-limits", "limits", `an agent with tools and no ${unlimited.join(", ")}: a task that goes in circles ends with your money`, "limits: { maxSteps: 12, maxDurationMs: 300000, maxCostUsdPerTask: 0.50 }"), // prettier-ignore
    ...warn(limits?.maxTokensPerTask === undefined, "missing-token-cap", "limits", "an agent with tools and no cap on its tokens: a task that goes in circles ends with your money", "limits: { maxTokensPerTask: 60000 }"), // prettier-ignore
    ...warn(runbook === undefined, "missing-runbook", "owner", "an agent with tools, and nothing to read for who is woken by it", `runbook: docs/runbooks/${file.name}.md`), // prettier-ignore
    ...warn(!isJudged, "missing-suite", "evals", "an agent with tools that no suite judges: nobody knows whether it works", `evals: [${file.name}]   and evals/${file.name}.suite.yml`), // prettier-ignore
  ];
}

function lostRunbook(file: LintFile, { runbook }: Agent, { project }: LintContext): Problem[] {
  if (runbook === undefined || isAddress(runbook)) return [];
  // A section of it is named as in a link.
  if ([runbook, runbook.replace(/#.*/, "")].some((path) => isFileIn(project.root, path))) return [];
  const what = /^[a-z][a-z0-9+.-]*:/i.test(runbook) ? "no address to read at" : "no file of the project";
  return [problemAt(file, ["runbook"], { rule: "unknown-runbook", message: `${what}: ${runbook}`, hint: "a path from the project's folder, or an address (https://…)" })]; // prettier-ignore
}

/** On the web, with a host. */
function isAddress(runbook: string): boolean {
  return /^https?:\/\/[^\s/?#]/i.test(runbook) && URL.canParse(runbook);
}

/** What is outside the project is not in its versions, and not there on another machine. */
function isFileIn(root: string, path: string): boolean {
  const inside = relative(root, resolve(root, path));
  if (isAbsolute(path) || isAbsolute(inside) || inside.split(sep)[0] === "..") return false;
  return statSync(join(root, inside), { throwIfNoEntry: false })?.isFile() === true;
}

function toolCount(file: LintFile, { pattern, handoffs = [] }: Agent, count: number): Problem[] {
  const at = (rule: string, severity: "error" | "warning", message: string, hint: string) =>
    problemAt(file, ["tools"], { rule, severity, part: "key", message, hint });
  const routes = pattern === "supervisor" || (pattern === "hierarchical" && handoffs.length > 0);
  return [
    ...(routes && count > ROUTERS_TOOLS
      ? [at("router-with-tools", "warning", `${pattern === "supervisor" ? "a supervisor" : "a supervisor of a hierarchy"} with ${count} tools: its job is to route`, "give the tools to the agents it hands over to")] // prettier-ignore
      : []),
    ...(count >= TOO_MANY_TOOLS
      ? [at("too-many-tools", "error", `${count} tools: with so many no model chooses well`, "split the agent")]
      : count >= MANY_TOOLS
        ? [at("too-many-tools", "warning", `${count} tools; models choose worse above 10`, "split the agent")]
        : []),
  ];
}
