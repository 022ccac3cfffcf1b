import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { loadProject } from "../../core/project.ts";
import { prepareScorers } from "../../scorers/prepare.ts";
import { openRuns, type RunStore } from "../../state/runs.ts";
import { agentops, cleanEnv, tempProject } from "../../testing/project.ts";
import { summarize } from "../result/summarize.ts";
import { openAnswering } from "./answering.ts";
import type { EvalContext } from "./context.ts";
import { evaluateCases } from "./evaluate-cases.ts";
import { requestMaker } from "./request.ts";
import { findRun, specOf } from "./runs.store.ts";
import type { Trial } from "./trials.store.ts";

let store: RunStore | undefined;
afterEach(async () => {
  await store?.close();
  store = undefined;
});

/** A whole run of nine cases, twice each, and what it takes to do its parts. */
async function scene() {
  const dir = tempProject({
    "agentops.config.yaml": "project: x\n",
    "prompts/p.prompt.yml": 'name: p\nmodel: offline/stand-in-v1\nmessages: [{ role: user, content: "{{q}}" }]\n',
    "evals/s.suite.yml": `name: s\ntarget: prompts/p\ntrials: 2\ncases: [${Array.from({ length: 9 }, (_, i) => `{ id: c${i}, vars: { q: "${["a refund", "no", "hello", "yes"][i % 4]}" } }`).join(", ")}]\nscorers: [{ type: regex, value: "refund|hello" }]\n`,
  });
  const [whole] = JSON.parse((await agentops(dir, ["eval", "--json"])).stdout).runs;
  const project = await loadProject({ cwd: dir, env: cleanEnv() });
  store = openRuns(join(dir, ".agentops/state.db"), () => Promise.reject(new Error("not asked for")), { durability: "normal" }); // prettier-ignore
  const { signal } = new AbortController();
  const context: EvalContext = { project, store, clock: systemClock, random: () => 0, actor: "ada", signal, warn: () => undefined }; // prettier-ignore
  const run = await findRun(store, whole.id);
  const spec = specOf(run);
  const answering = await openAnswering(context, spec, { recorded: () => undefined });
  const judge = () => Promise.reject(new Error("no judge"));
  const scorers = await prepareScorers(spec.suite.scorers, { baseDir: dir, judge, env: {} });
  const work = { answering, scorers, request: requestMaker(spec.target), options: {} };
  const part = async (from: number, to: number, halt = new AbortController()) => {
    const ended: Trial[] = [];
    const told = (trial: Trial) => {
      ended.push(trial);
      if (ended.length === 3 && from === 100) halt.abort();
      return undefined;
    };
    await evaluateCases(context, run, work, { from: from % 100, to, halt: halt.signal, ended: told });
    return ended.length;
  };
  return { run, store, part };
}

test("a run is its parts, in any order, by whoever does them; what is there is not done again", async () => {
  const { run, store: runs, part } = await scene();
  const whole = await summarize(runs, run);
  runs.sqlite.exec("DELETE FROM trials");
  expect([await part(6, 9), await part(0, 4), await part(2, 5), await part(0, 9), await part(0, 9)]).toEqual([6, 8, 2, 2, 0]); // prettier-ignore
  expect(whole.scored).toBe(18);
  expect(await summarize(runs, run)).toEqual(whole);
});

test("an error is done again; what ended before a halt is on disk", async () => {
  const { run, store: runs, part } = await scene();
  const stored = () => runs.sqlite.prepare("SELECT count(*) FROM trials WHERE runId = ? AND isError = 0").pluck().get(run.id); // prettier-ignore
  runs.sqlite.exec("UPDATE trials SET isError = 1, passed = NULL, errorKind = 'server', errorMessage = 'down' WHERE caseSeq = 3");
  expect([await part(0, 9), stored()]).toEqual([2, 18]);
  runs.sqlite.exec("DELETE FROM trials");
  const done = await part(100, 9);
  expect([done >= 3, stored()]).toEqual([true, done]);
}); // prettier-ignore
