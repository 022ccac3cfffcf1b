import type { Problem } from "../../../core/problems.ts";
import { didYouMean } from "../../../core/suggest.ts";
import type { Agent } from "../../agent.schema.ts";
import { addressOf } from "../../files.ts";
import { declaredVariables } from "../../render/variables.ts";
import type { Prompt } from "../../schema.ts";
import { type LintContext, type LintFile, problemAt } from "../file.ts";

/**
 * unknown-handoff, handoff-cycle, handoff-without-depth: agents that can call each other without an end do so one day. leaked-context: a
 * worker that has to know what its supervisor knows, and is not told, cannot be tested alone nor reused.
 */
export async function handoffs(file: LintFile, context: LintContext): Promise<Problem[]> {
  const { agent } = file;
  if (!agent) return [];
  const found = await Promise.all((agent.handoffs ?? []).map((_, i) => one(file, agent, i, context)));
  return found.flat();
}

async function one(file: LintFile, agent: Agent, i: number, context: LintContext): Promise<Problem[]> {
  const handoff = agent.handoffs?.[i];
  if (handoff === undefined) return [];
  const worker = await peer(context, handoff.to);
  if (worker === undefined) {
    const known = context.artifacts.filter((a) => a.kind === "agents").map((a) => addressOf(a.kind, a.name));
    if (known.includes(handoff.to)) return [];
    const message = `no agent "${handoff.to}" (${didYouMean(handoff.to, known)})`;
    return [problemAt(file, ["handoffs", i, "to"], { rule: "unknown-handoff", message })];
  }
  const problems: Problem[] = [];
  const back = await wayBack(addressOf("agents", file.name), handoff.to, context);
  const depth = depthOf(agent, i);
  if (back !== undefined) problems.push(cycle(file, i, back, depth !== undefined && back.bounded));
  else if (depth === undefined)
    problems.push(
      problemAt(file, ["handoffs", i], {
        rule: "handoff-without-depth",
        severity: "warning",
        message: `nothing says how many handoffs in a row may follow the one to ${handoff.to}`,
        hint: "maxDepth: 3 on the handoff, or limits: { maxDepth: 3 }",
      }),
    );
  const prompt = (await context.peer("prompts", worker.prompt))?.prompt;
  return prompt === undefined ? problems : [...problems, ...leaked(file, i, handoff, prompt)];
}

async function peer(context: LintContext, address: string): Promise<Agent | undefined> {
  return (await context.peer("agents", address.slice("agents/".length)))?.agent;
}

function depthOf({ handoffs = [], limits }: Agent, i: number): number | undefined {
  return handoffs[i]?.maxDepth ?? limits?.maxDepth;
}

interface Back {
  /** Addresses from the one that is asked about to itself. */
  path: string[];
  /** Every handoff of the way says how deep it may go. */
  bounded: boolean;
}

/** The shortest way of handoffs from `from` back to `home`. */
async function wayBack(home: string, from: string, context: LintContext): Promise<Back | undefined> {
  const seen = new Set([from]);
  let ways: Back[] = [{ path: [home, from], bounded: true }];
  while (ways.length > 0) {
    const done = ways.find(({ path }) => path.at(-1) === home);
    if (done !== undefined) return done;
    const longer: Back[] = [];
    for (const { path, bounded } of ways) {
      const agent = await peer(context, path.at(-1) ?? "");
      for (const [i, { to }] of (agent?.handoffs ?? []).entries()) {
        if (agent === undefined || seen.has(to)) continue;
        seen.add(to);
        longer.push({ path: [...path, to], bounded: bounded && depthOf(agent, i) !== undefined });
      }
    }
    ways = longer;
  }
  return undefined;
}

function cycle(file: LintFile, i: number, { path }: Back, bounded: boolean): Problem {
  const way = path.map((address) => address.slice("agents/".length)).join(" → ");
  return problemAt(file, ["handoffs", i, "to"], {
    rule: "handoff-cycle",
    severity: bounded ? "warning" : "error",
    message: bounded
      ? `handoffs in a circle, which only maxDepth ends: ${way}`
      : `handoffs in a circle that nothing ends: ${way}`,
    hint: bounded ? "let one of them answer instead" : "maxDepth: 3 on each handoff of it, or let one of them answer",
  });
}

function leaked(file: LintFile, i: number, handoff: NonNullable<Agent["handoffs"]>[number], prompt: Prompt): Problem[] {
  const told = Object.keys((handoff.input?.["properties"] as Record<string, unknown> | undefined) ?? {});
  const needed = declaredVariables(prompt)?.names ?? [];
  const missing = needed.filter((name) => !told.includes(name));
  const finding = (message: string) =>
    problemAt(file, ["handoffs", i], {
      rule: "leaked-context",
      severity: "warning",
      message,
      hint: `name all that it needs: input: { type: object, properties: { ${needed.join(": {}, ") || "question"}: {} } }`,
    });
  if (missing.length > 0)
    return [finding(`${handoff.to} reads ${missing.map((name) => `{{${name}}}`).join(", ")}, which this handoff does not tell it`)]; // prettier-ignore
  const named = prompt.messages.some(({ content }) => new RegExp(`(?<![a-z0-9-])(?:${escaped(file.name)}|the supervisor)(?![a-z0-9-])`, "i").test(content)); // prettier-ignore
  return named ? [finding(`the prompt of ${handoff.to} speaks of ${file.name} or its supervisor: it works for nobody else`)] : []; // prettier-ignore
}

function escaped(name: string): string {
  return name.replace(/[.]/g, "\\.");
}
