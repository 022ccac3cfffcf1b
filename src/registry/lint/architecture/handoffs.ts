import type { Problem } from "../../../core/problems.ts";
import { didYouMean } from "../../../core/suggest.ts";
import type { Agent } from "../../agent.schema.ts";
import { addressOf } from "../../files.ts";
import { type LintContext, type LintFile, problemAt } from "../file.ts";
import { leaked } from "./leaked-context.ts";

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
  const known = context.artifacts.filter((a) => a.kind === "agents").map((a) => addressOf(a.kind, a.name));
  if (!known.includes(handoff.to)) {
    const message = `no agent "${handoff.to}" (${didYouMean(handoff.to, known)})`;
    return [problemAt(file, ["handoffs", i, "to"], { rule: "unknown-handoff", message })];
  }
  const problems = await depthOf(file, agent, i, context);
  const worker = await peer(context, handoff.to);
  const prompt = worker && (await context.peer("prompts", worker.prompt))?.prompt;
  return prompt === undefined ? problems : [...problems, ...leaked(file, i, handoff, prompt)];
}

async function peer(context: LintContext, address: string): Promise<Agent | undefined> {
  return (await context.peer("agents", address.slice("agents/".length)))?.agent;
}

function hasDepth({ handoffs = [], limits }: Agent, i: number): boolean {
  return (handoffs[i]?.maxDepth ?? limits?.maxDepth) !== undefined;
}

/** One handoff with a depth ends every circle it is of. */
async function depthOf(file: LintFile, agent: Agent, i: number, context: LintContext): Promise<Problem[]> {
  const [home, to] = [addressOf("agents", file.name), agent.handoffs?.[i]?.to ?? ""];
  const bounded = hasDepth(agent, i);
  const endless = bounded ? undefined : await wayBack(home, to, context, (one, at) => !hasDepth(one, at));
  if (endless !== undefined) return [cycle(file, i, endless, false)];
  const ending = await wayBack(home, to, context, () => true);
  return [...(ending === undefined ? [] : [cycle(file, i, ending, true)]), ...(bounded ? [] : [withoutDepth(file, i, to)])]; // prettier-ignore
}

function withoutDepth(file: LintFile, i: number, to: string): Problem {
  return problemAt(file, ["handoffs", i], {
    rule: "handoff-without-depth",
    severity: "warning",
    message: `nothing says how many handoffs in a row may follow the one to ${to}: without an end to it, one day there is none`,
    hint: "maxDepth: 3 on the handoff, or limits: { maxDepth: 3 }",
  });
}

/** The shortest way from `from` back to `home` by handoffs that count: addresses from the one that is asked about to itself. */
async function wayBack(
  home: string,
  from: string,
  context: LintContext,
  counts: (agent: Agent, i: number) => boolean,
): Promise<string[] | undefined> {
  const seen = new Set([from]);
  let ways = [[home, from]];
  while (ways.length > 0) {
    const done = ways.find((path) => path.at(-1) === home);
    if (done !== undefined) return done;
    const longer: string[][] = [];
    for (const path of ways) {
      const agent = await peer(context, path.at(-1) ?? "");
      for (const [i, { to }] of (agent?.handoffs ?? []).entries()) {
        if (agent === undefined || seen.has(to) || !counts(agent, i)) continue;
        seen.add(to);
        longer.push([...path, to]);
      }
    }
    ways = longer;
  }
  return undefined;
}

function cycle(file: LintFile, i: number, path: readonly string[], ends: boolean): Problem {
  const way = path.map((address) => address.slice("agents/".length)).join(" → ");
  return problemAt(file, ["handoffs", i, "to"], {
    rule: "handoff-cycle",
    severity: ends ? "warning" : "error",
    message: ends
      ? `handoffs in a circle, which only maxDepth ends: ${way}`
      : `handoffs in a circle that nothing ends: ${way}`,
    hint: ends ? "let one of them answer instead" : "maxDepth: 3 on a handoff of it, or let one of them answer",
  });
}
