import { expect } from "vitest";
import { agentops, put } from "../../../testing/project.ts";

/** Recorded outputs: `passes(case, trial)` says which are right. */
export function recorded(
  cases: number,
  trials: number,
  passes: (i: number, trial: number) => boolean,
  cluster?: (i: number) => string,
) {
  const data: string[] = [];
  const outputs: string[] = [];
  for (let i = 0; i < cases; i++) {
    data.push(JSON.stringify({ id: `c${i}`, expected: "yes", ...(cluster && { cluster: cluster(i) }) }));
    for (let trial = 0; trial < trials; trial++)
      outputs.push(JSON.stringify({ case: `c${i}`, trial, output: passes(i, trial) ? "yes" : "no", ms: 100 + i }));
  }
  return { data: `${data.join("\n")}\n`, outputs: `${outputs.join("\n")}\n` };
}

/** Runs of such outputs, each of a suite of its own, by its name. */
export async function storedRuns(
  dir: string,
  runs: Record<string, ReturnType<typeof recorded>>,
): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const [name, { data, outputs }] of Object.entries(runs)) {
    put(dir, `evals/${name}.data.jsonl`, data);
    put(dir, `evals/${name}.out.jsonl`, outputs);
    put(
      dir,
      `evals/${name}.suite.yml`,
      `name: ${name}\ndataset: ${name}.data.jsonl\noutputs: { file: ${name}.out.jsonl, case: case, trial: trial, output: output, latencyMs: ms }\nscorers: [{ type: equals }]\n`,
    );
    const run = await agentops(dir, ["eval", name, "--json"]);
    expect(run.code, run.stderr).toBe(0);
    ids[name] = JSON.parse(run.stdout).runs[0].id;
  }
  return ids;
}
