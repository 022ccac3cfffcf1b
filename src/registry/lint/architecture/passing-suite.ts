import { AgentopsError } from "../../../core/errors.ts";
import type { Problem } from "../../../core/problems.ts";
import type { ArtifactContent } from "../../read.ts";
import { readArtifact } from "../../read.ts";
import { worktreeSource } from "../../source.ts";
import { addressOf } from "../../files.ts";
import { type LintContext, type LintFile, problemAt } from "../file.ts";

/**
 * no-passing-suite: the newest stored run of a suite that names this agent, on exactly this content, says that it did not pass. Content that was not run
 * on this machine is nothing to warn of: in CI and in a fresh clone there are no runs, a colleague's are elsewhere, and after each edit everybody would
 * be told to run what they are about to run; `gate` and `promote` are who ask for evidence. A suite without bounds passes nothing, and says so only where
 * no other one passes.
 */
export async function passingSuite(file: LintFile, context: LintContext): Promise<Problem[]> {
  const { agent } = file;
  const { judged, verdicts } = context;
  if (verdicts === undefined || (agent?.tools ?? []).length === 0) return [];
  const content = await contentOf(file, context);
  if (content === undefined) return [];
  const naming = [...(agent?.evals ?? []), ...(judged?.get(addressOf("agents", file.name)) ?? [])];
  const last = (await verdicts(content)).filter(({ suite }) => naming.includes(suite));
  const bad = last.filter(({ verdict }) => verdict === "fail" || verdict === "inconclusive");
  const boundless = last.filter(({ verdict }) => verdict === "none");
  return [
    ...bad.map(({ suite, run, verdict }) => finding(file, run, `suite ${suite} says ${verdict} of exactly this content`)), // prettier-ignore
    ...(last.length > 0 && boundless.length === last.length
      ? boundless.map(({ suite, run }) => finding(file, run, `suite ${suite} has no gate, so that its run on exactly this content passed nothing`)) // prettier-ignore
      : []),
  ];
}

function finding(file: LintFile, run: string, what: string): Problem {
  const id = run.slice(0, 13);
  const message = `${what} (run ${id})`;
  return problemAt(file, ["evals"], { rule: "no-passing-suite", severity: "warning", part: "key", message, hint: `agentops runs show ${id}` }); // prettier-ignore
}

/** Undefined for a file with mistakes, which have findings of their own. */
async function contentOf({ name }: LintFile, { project }: LintContext): Promise<ArtifactContent | undefined> {
  try {
    return (await readArtifact(worktreeSource(project), { kind: "agents", name })) ?? undefined;
  } catch (error) {
    if (error instanceof AgentopsError) return undefined;
    throw error;
  }
}
