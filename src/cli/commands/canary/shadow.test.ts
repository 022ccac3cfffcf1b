import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CanaryShadow, canaryShadowSchema } from "../../../operations/shadow/schema.ts";
import { agentops, git, put, type Ran, tempProject } from "../../../testing/project.ts";
import { newStoreAddress } from "../../../testing/store.ts";

/** Answers as a version would: `worse` is wrong on every third input, `right` on the first alone; "odd" inputs kill it. */
const BOT = `
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const { id, messages, vars } = JSON.parse(line);
  const n = Number(vars.q.slice(1));
  if (vars.q === "odd") process.exit(3);
  const isWrong = messages[0].content.includes("worse") ? n % 3 === 0 : n === 1;
  console.log(JSON.stringify({ id, output: isWrong ? "?" : vars.q, model: "bot-7" }));
}
`;

const prompt = (word: string) => `name: p\nmodel: mybot/v1\nmessages: [{ role: system, content: "${word}" }, { role: user, content: "{{q}}" }]\n`; // prettier-ignore
const suite = (name: string, cases: readonly string[], more = "target: prompts/p") =>
  `name: ${name}\n${more}\ncases: [${cases.join(", ")}]\nscorers: [{ type: equals }]\n`;
const cases = (n: number, cluster = "") => Array.from({ length: n }, (_, i) => `{ id: c${i}, vars: { q: q${i} }, expected: q${i}${cluster} }`); // prettier-ignore

let dir: string;
let env: NodeJS.ProcessEnv;
const run = (...args: string[]): Promise<Ran> => agentops(dir, args, env);
const asked = (...args: string[]) => run("canary", "shadow", "p", ...args);
const read = ({ stdout }: Ran): CanaryShadow => canaryShadowSchema.parse(JSON.parse(stdout));

beforeAll(async () => {
  dir = tempProject({
    "agentops.config.yaml":
      "project: x\nmodels: { mybot: { kind: exec, command: [node, bot.mjs] } }\nlimits: { maxErrorRate: 0.2 }\nrollout: { guardrails: { latency: false, cost: false, safety: false } }\n",
    ".gitignore": ".agentops/\n",
    "bot.mjs": BOT,
    "prompts/p.prompt.yml": prompt("right"),
    "evals/all.suite.yml": suite("all", cases(120)),
    "evals/clustered.suite.yml": suite("clustered", [...cases(3, ", cluster: ada"), "{ id: z, vars: { q: q9 }, expected: q9 }"]), // prettier-ignore
    "evals/lossy.suite.yml": suite("lossy", [...cases(9), "{ id: o, vars: { q: odd }, expected: odd }"]),
    "evals/broken.suite.yml": suite("broken", ["{ id: o, vars: { q: odd }, expected: odd }"]),
    "prompts/q.prompt.yml": `${prompt("right").replace("name: p", "name: q")}testData: [{ q: q1, expected: q1 }]\nevaluators: [{ name: same, string: { equals: "{{expected}}" } }]\n`,
    "evals/other.suite.yml": suite("other", cases(2), "target: prompts/q"),
  });
  await git(dir, "init", "-q", "-b", "main");
  for (const word of ["right", "worse", "also right"]) {
    put(dir, "prompts/p.prompt.yml", prompt(word));
    await git(dir, "add", ".");
    await git(dir, "commit", "-q", "-m", word);
    expect((await run("publish", "p", "--no-push")).code).toBe(0);
  }
});

beforeEach(async () => {
  env = { AGENTOPS_STORE: (await newStoreAddress()).location, AGENTOPS_ACTOR: "ada" };
});

async function started(version: string, ...more: string[]): Promise<void> {
  const forced = ["--override", "--reason", "a test"];
  await run("promote", "p@v1", ...forced);
  const ran = await run("canary", "start", `p@${version}`, ...forced, "--unobserved", ...more);
  expect([ran.code, ran.stderr]).toEqual([0, ""]);
}

describe("canary shadow", () => {
  test("a worse candidate is taken back before anybody was served: exit 1, and a replay says the same", async () => {
    await started("v2", "--shadow");
    const ran = await asked("--suite", "all", "--json");
    const found = read(ran);
    expect([ran.code, found.rollout.phase]).toEqual([1, "rolled-back"]);
    expect(found.cases).toEqual({ answered: 120, unscored: 0, unmatched: 0 });
    expect(found.counted).toEqual({ both: 79, onlyControl: 40, onlyCandidate: 1, neither: 0 });
    expect(found).toMatchObject({ repeated: 0, stopped: null, control: { version: "v1" }, candidate: { version: "v2" } }); // prettier-ignore
    expect(found.correlation).toBeCloseTo(-0.0645, 3);
    const row = found.rollout.analysis.guardrails.find(({ name }) => name === "success.paired");
    expect(row).toMatchObject({ verdict: "harm", control: { n: 120 }, candidate: { n: 120 } });
    expect((await run("canary", "status", "p", "--replay")).code).toBe(0);
    const { events } = JSON.parse((await run("history", "p", "--json")).stdout);
    expect(events.map((e: { action: string }) => e.action)).toEqual(["rollout.look", "rollout.shadow", "rollout.start", "promote"]); // prettier-ignore
    expect((await run("history", "p")).stdout).toContain("both versions asked what all asks");
    expect((await run("runs", "show", found.candidate.run, "--json")).code).toBe(0);
  });

  test("each case counts once, whoever asks again; the screen says what it is and is no proof", async () => {
    await started("v3", "--shadow");
    const first = await asked("--suite", "all", "--sample", "30", "--json");
    expect([first.code, read(first).cases.answered]).toEqual([0, 30]);
    const second = read(await asked("--suite", "all", "--json"));
    expect([second.repeated, second.counted.both + second.counted.neither]).toEqual([30, 90]);
    const third = await asked("--suite", "all");
    expect(third.stdout).toContain("counted   no new pair; 120 cases were counted before: one pair of each case,");
    expect(third.stdout).toMatch(/^prompts\/p v1 and v3 in production, asked what all asks;/);
    expect(third.stdout).toMatch(/pairs +99\.2 \(120\) +99\.2 \(120\)/);
    expect(Math.max(...third.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    // Shown safe on copies is no proof: it moves on by time and units alone.
    expect(second.rollout.analysis.verdict).not.toBe("promote");
    expect(second.rollout.phase).toBe("shadow");
  });

  test("the pairs are the units of a shadow that gets no copies", async () => {
    await started("v3", "--shadow", "--step-time", "0s", "--step-observations", "50");
    expect(read(await asked("--suite", "all", "--sample", "30", "--json")).rollout.phase).toBe("shadow");
    expect(read(await asked("--suite", "all", "--json")).rollout).toMatchObject({ phase: "progressing", step: 0 });
    expect((await run("canary", "status", "p", "--replay")).code).toBe(0);
  });

  test("cases of one cluster are one pair; what has no score on one side is none", async () => {
    await started("v3", "--shadow");
    const clustered = read(await asked("--suite", "clustered", "--json"));
    expect([clustered.cases.answered, clustered.counted.both, clustered.repeated]).toEqual([4, 2, 2]);
    const lossy = read(await asked("--suite", "lossy", "--json"));
    expect([lossy.cases, lossy.counted.both]).toEqual([{ answered: 9, unscored: 1, unmatched: 0 }, 8]);
  });

  test("where hardly anything was answered nothing is counted, exit 4", async () => {
    await started("v3", "--shadow");
    const ran = await asked("--suite", "broken");
    expect(ran.code).toBe(4);
    expect(JSON.parse((await run("history", "p", "--json")).stdout).events).toHaveLength(2);
  });

  test.each<[string, string[], number, string]>([
    ["no suite", [], 2, "which inputs?"],
    ["a suite of another target", ["--suite", "other"], 2, "is about prompts/q, not about prompts/p"],
    ["a prompt file that is a suite of itself", ["--suite", "prompts/q.prompt.yml"], 2, "is about prompts/q, not about prompts/p"], // prettier-ignore
    ["an unknown one", ["--suite", "al"], 2, "al"],
    ["a run as the control of a version", ["--suite", "all", "--control", "01ARZ3NDEKTSV4RRFFQ69G5FAV"], 2, "the control is prompts/p@v1, which is asked itself"], // prettier-ignore
    ["what other actions take", ["--suite", "all", "--steps", "0.1,1"], 2, "canary shadow takes no --steps"],
  ])("%s is refused", async (_, args, code, message) => {
    await started("v3", "--shadow");
    const ran = await asked(...args);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  test("a rollout without a shadow pairs nothing, and one that is over counts nothing: exit 5", async () => {
    await started("v3");
    const without = await asked("--suite", "all");
    expect([without.code, without.stderr]).toEqual([5, expect.stringContaining("was started without a shadow, so nothing is paired")]); // prettier-ignore
    await run("canary", "abort", "p");
    const over = await asked("--suite", "all");
    expect([over.code, over.stderr]).toEqual([5, expect.stringContaining("is aborted: nothing is counted any more")]);
    expect((await run("canary", "status", "p", "--suite", "all")).code).toBe(2);
  });

  test("a control that is no version is a stored run of what it answered", async () => {
    const start = ["canary", "start", "p@v2", "--override", "--reason", "a test", "--unobserved", "--shadow"];
    expect((await run(...start, "--control", "external/rules")).code).toBe(0);
    const without = await asked("--suite", "all");
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining("external/rules is no version that could be asked")]); // prettier-ignore
    const ran = await run("eval", "all", "--target", "p@v1", "--json");
    const { id } = JSON.parse(ran.stdout).runs[0];
    const found = read(await asked("--suite", "all", "--control", id, "--json"));
    expect(found).toMatchObject({ control: { version: "external/rules", run: id }, counted: { onlyControl: 40 } });
    expect(found.rollout.phase).toBe("rolled-back");
  });

  test("what people answered once is a file of recorded outputs", async () => {
    const start = ["canary", "start", "p@v3", "--override", "--reason", "a test", "--unobserved", "--shadow"];
    expect((await run(...start, "--control", "external/people")).code).toBe(0);
    const lines = Array.from({ length: 120 }, (_, i) => JSON.stringify({ case: `c${i}`, output: i % 2 === 0 ? `q${i}` : "no idea" })); // prettier-ignore
    put(dir, "people.jsonl", lines.join("\n"));
    const { id } = JSON.parse((await run("eval", "all", "--outputs", "people.jsonl", "--json")).stdout).runs[0];
    const found = read(await asked("--suite", "all", "--control", id, "--json"));
    expect(found).toMatchObject({ control: { version: "external/people" }, counted: { both: 60, onlyControl: 0, onlyCandidate: 59, neither: 1 } }); // prettier-ignore
    expect(found.rollout.phase).toBe("shadow");
  });
});
