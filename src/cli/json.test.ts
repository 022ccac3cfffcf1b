import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agentops, git, put, REPO, sampleRepository, tempProject } from "../testing/project.ts";
import { chatAnswer, startProvider } from "../testing/provider.ts";
import { edit } from "../testing/repository.ts";

/** What differs from run to run: times and ids, commits, folders, and how long something may still take. */
function masked(text: string, dir: string): string {
  return (
    text
      .replaceAll(dir, "DIR")
      .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "ID")
      .replaceAll(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z)?/g, "TIME")
      .replaceAll(/\b[0-9a-f]{40}\b/g, "COMMIT")
      .replaceAll(/"commit": "[0-9a-f]{7,12}"/g, '"commit": "COMMIT"')
      .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "URL")
      .replaceAll(/"hours": [\d.e-]+/g, '"hours": HOURS')
      // Compared by minutes that are over: on a busy machine one is, in which nothing was missing, and elsewhere none yet.
      .replaceAll(/"missing": (?:null|\{\s+"e": 1,\s+"threshold": 1000\s+\})/g, '"missing": NOTHING')
      // Evidence is sealed with the time and the id in it.
      .replaceAll(/("file": "evidence.json",\n *"digest": )"sha256:[0-9a-f]+"/g, '$1"DIGEST"')
  );
}

const CONFIG = `project: drill
environments: [staging, production]
models: { offline: { kind: offline } }
policy: { production: { evidence: false, approvals: 0 } }
rollout:
  steps: [0.2, 0.5, 1]
  stepTime: 0ms
  stepObservations: 10
  guardrails: { success: { margin: 0.3, floor: 0.5 }, safety: { margin: 0.4 } }
`;

const T = "support-triage";
const FILE = `prompts/${T}.prompt.yml`;

/** Outcomes of both arms; the unit decides nothing here, the line says which version served. */
function outcomes(from: number, n: number, version: string, good: (i: number) => boolean, more: object = {}): string {
  const line = (i: number) => ({
    target: `prompts/${T}`,
    version,
    unit: `u${from + i}`,
    id: `o${from + i}`,
    success: good(i),
    safe: true,
    latencyMs: 100 + (i % 7),
    costUsd: 0.001,
    ...more,
  });
  return Array.from({ length: n }, (_, i) => `${JSON.stringify(line(i))}\n`).join("");
}

/** A step of the story: a command line, or a change of the files before it. */
type Step = string | ((dir: string) => void | Promise<void>);

/** Runs the story; each command's exit code and what it wrote, on both streams. */
async function told(dir: string, steps: readonly Step[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const said: string[] = [];
  for (const step of steps) {
    if (typeof step !== "string") {
      await step(dir);
      continue;
    }
    const args = [...step.matchAll(/'([^']*)'|(\S+)/g)].map((m) => m[1] ?? m[2]!);
    const actor = args.includes("--actor") ? [] : ["--actor", "ada"];
    const { code, stdout, stderr } = await agentops(dir, [...args, "--json", ...actor], env);
    said.push(`$ agentops ${step} --json\nexit ${code}\n${stdout}${stderr === "" ? "" : `\nstderr: ${stderr}`}\n`);
  }
  return masked(said.join("\n"), dir);
}

const golden = (name: string) => join(REPO, "fixtures", "golden", "json", `${name}.txt`);

const publishing: Step[] = [
  "lint",
  "list",
  "publish -m first",
  "publish",
  "list",
  `show ${T}`,
  "show agents/refund-desk@v1",
  `log ${T}`,
  `render ${T} --var 'ticket=where is my parcel'`,
  `verify ${T}@v1`,
  (dir) => edit(dir, FILE, (text) => text.replace("Route", "Send")),
  `publish ${T} -m 'second thoughts'`,
  `log prompts/${T}`,
  `show ${T}@v2`,
  `show ${T}@v9`,
  "show nothing",
  (dir) => put(dir, "prompts/bad.prompt.yml", "name: good\nmodel: openai/gpt-4o\nmessages: 3\n"),
  "lint",
  (dir) => git(dir, "clean", "-fdq").then(() => undefined),
];

const evaluating: Step[] = [
  "eval",
  `eval ${T} --target ${T}@v1 --sample 20`,
  "runs",
  "runs list --limit 2",
  "runs show latest",
  "runs show latest~1 --case t-001",
  `diff ${T}@v1 ${T}@v2`,
  "diff latest~1 latest",
  "diff latest~2 latest~1",
  `eval ${T} --control ${T}@v1`,
  `eval refund-desk --control agents/refund-desk@v1 --early-stop`,
  `diff ${T}@v1 ${T} --examples 3 --exit-code`,
  "runs export latest --format evidence --output evidence.json",
  "runs import evidence.json",
  "runs show nothing",
  "eval nothing",
  `eval ${T} --filter id=nothing`,
  (dir) => edit(dir, FILE, (text) => text.replace("log in", "log on").replace(/^model: .*/m, "model: offline/stand-in-v2")), // prettier-ignore
  `diff ${T}@v1 ${T}`,
  `eval ${T} --factorial --control ${T}@v1 --sample 40`,
  `eval ${T} --factorial`,
  (dir) => git(dir, "checkout", "-q", "--", FILE).then(() => undefined),
];

const gating: Step[] = [
  async (dir) => {
    await git(dir, "add", "-A");
    await git(dir, "commit", "-q", "-m", "before");
    await git(dir, "checkout", "-q", "-b", "topic");
    edit(dir, FILE, (text) => text.replace(/^ *- returns: .*\n/m, ""));
    edit(dir, "prompts/refund-desk.prompt.yml", (text) => text.replace(", legal", "").replace(", track", ""));
    edit(dir, `evals/${T}.suite.yml`, (text) => `${text}# looked at\n`);
    put(dir, "prompts/lonely.prompt.yml", "name: lonely\nmodel: offline/stand-in-1\nmessages: [{ role: user, content: hi }]\n"); // prettier-ignore
    await git(dir, "add", "-A");
    await git(dir, "commit", "-q", "-m", "worse");
  },
  "gate --base main",
  "gate --base main --accept ' '",
  "gate --base main --accept 'worth it'",
  "gate --base nowhere",
  async (dir) => {
    await git(dir, "checkout", "-q", "main");
    await git(dir, "checkout", "-q", "-b", "comment");
    edit(dir, FILE, (text) => `${text}# to be continued\n`);
    await git(dir, "commit", "-q", "-am", "comment");
  },
  "gate --base main",
  async (dir) => {
    await git(dir, "checkout", "-q", "main");
  },
];

const releasing: Step[] = [
  (dir) => put(dir, "agentops.config.yaml", CONFIG),
  "status",
  `resolve ${T}`,
  `history ${T}`,
  `promote ${T}@v1 --env staging`,
  `approvals approve ${T}@v1 --env staging --reason 'read it'`,
  `approvals approve ${T}@v1 --env staging --reason 'read it' --actor grace`,
  `approvals approve ${T}@v1 --env staging --reason 'again' --actor grace`,
  `approvals list ${T} --env staging`,
  "approvals list",
  `promote ${T}@v1 --env staging --override --reason 'no time'`,
  `promote ${T}@v1 --reason 'the first one'`,
  `promote ${T}@v1`,
  `resolve ${T} --unit u1`,
  `canary start ${T}@v1`,
  `canary start ${T}@v2 --reason 'try it' --unobserved --hypothesis 'names the queue more often'`,
  `canary start ${T}@v2`,
  "canary status",
  `canary status ${T}`,
  `canary advance ${T}`,
  (dir) => {
    put(dir, "a.jsonl", outcomes(0, 200, "v1", (i) => i % 20 !== 0) + outcomes(1000, 50, "v2", (i) => i % 20 !== 0));
    put(dir, "bad.jsonl", `${outcomes(5000, 1, "v1", () => true)}{"target":"x"}\nno json\n`);
    put(
      dir,
      "unknown.jsonl",
      outcomes(6000, 2, "v9", () => false),
    );
  },
  "observe a.jsonl",
  "observe a.jsonl",
  "observe bad.jsonl",
  "observe bad.jsonl --skip-invalid",
  "observe unknown.jsonl",
  `canary advance ${T}`,
  `canary pause ${T} --reason lunch`,
  `canary pause ${T}`,
  `canary approve ${T}`,
  `canary resume ${T}`,
  `canary advance ${T}`,
  `kill ${T} --reason 'rude answers'`,
  `kill prompts/${T} --reason again`,
  `canary advance ${T}`,
  `resolve ${T} --unit u1`,
  "status",
  `promote ${T}@v2`,
  `revive ${T} --reason 'polite again'`,
  `revive ${T} --reason 'polite again'`,
  "kill --all --env '*' --reason drill",
  "status --env production",
  "revive --all --env '*' --reason 'end of drill'",
  (dir) => put(dir, "b.jsonl", outcomes(2000, 250, "v1", () => true) + outcomes(3000, 250, "v2", (i) => i % 3 === 0)),
  "observe b.jsonl",
  `canary advance ${T}`,
  `canary status ${T} --replay`,
  `canary advance ${T}`,
  "status",
  `canary start ${T}@v2 --manual --shadow -m 'by hand now'`,
  `canary approve ${T} --reason mine`,
  `canary approve ${T} --reason 'looks well' --actor grace`,
  `canary approve ${T} --actor grace`,
  `canary abort ${T} --reason enough`,
  `canary abort ${T}`,
  `canary start ${T}@v2 --steps 0.5,1 --step-observations 5 --fast -m 'once more'`,
  (dir) => put(dir, "c.jsonl", outcomes(7000, 300, "v1", () => true) + outcomes(8000, 300, "v2", () => true)),
  "observe c.jsonl",
  `canary advance ${T}`,
  (dir) =>
    put(
      dir,
      "e.jsonl",
      outcomes(8500, 20, "v2", () => true),
    ),
  "observe e.jsonl",
  `canary watch ${T} --interval 10ms`,
  `canary watch ${T} --interval 10ms`,
  `rollback ${T} --from v1`,
  `rollback ${T} --dry-run`,
  `rollback ${T} --reason 'not so good'`,
  `rollback ${T}`,
  `rollback ${T} --from v1`,
  `rollback ${T} --to v2 --from v1 --reason 'it was the weather'`,
  `rollback ${T} --to v9`,
  `canary start ${T}@v1 --deadline 10ms --dry-run -m 'the old one'`,
  `canary start ${T}@v1 --deadline 10ms -m 'the old one'`,
  (dir) =>
    put(
      dir,
      "f.jsonl",
      outcomes(9100, 9, "v2", () => true, { latencyMs: undefined }) + outcomes(9200, 1, "v1", () => true),
    ),
  "observe f.jsonl",
  `canary advance ${T}`,
  `canary resume ${T}`,
  `canary abort ${T}`,
  `canary start ${T}@v1 --steps 20,100`,
  `canary start ${T}@v1 --steps 20%,1 -m 'the old one'`,
  (dir) => put(dir, "g.jsonl", outcomes(9300, 10, "v2", () => true) + outcomes(9400, 300, "v1", () => true)),
  "observe g.jsonl",
  `canary advance ${T}`,
  `canary status ${T} --replay`,
  (dir) =>
    put(
      dir,
      "d.jsonl",
      outcomes(9000, 3, "v2", () => true, { safe: false, breach: "pii" }),
    ),
  "observe d.jsonl",
  "status",
  "canary ack support-triage --reason 'it will be v3'",
  "canary ack support-triage",
  "freeze --until 2099-12-27T08:00Z --reason holidays",
  "canary start support-triage@v2",
  "status --env production",
  "unfreeze",
  "unfreeze",
  `history ${T}`,
  `history ${T} --env staging`,
  "history nothing",
  "kill",
  `kill ${T}@v1 --reason x`,
  "canary dance",
];

const planning: Step[] = [
  "stats sample-size --baseline 0.95 --mde 0.05 --allocation 0.05 --sided one",
  "stats sample-size --baseline 0.95 --margin 0.03",
  "stats power --baseline 0.95 --margin 0.03 --n 2000",
  "stats mde --baseline 0.9 --n 1000",
  "stats plan --baseline 0.95 --mde 0.05 --margin 0.03 --per-hour 200",
  "stats plan --baseline 0.5 --per-hour 2 --steps 0.01,1",
  "stats ci --control 48/80 --candidate 56/70",
  "stats ci --successes 5 --trials 9",
  "stats ci --pairs 382,76,360,501",
  "stats mde --paired --from latest --from latest~1",
  "stats ci --from latest",
  "stats sample-size --baseline 2",
];

const SPANS = [
  { trace_id: "t1", span_id: "a", name: "run", type: "agent", agent: "refund-desk", start: "2026-11-20T10:00:00Z", duration_ms: 4200, user: "ada", version: "v1", success: true },
  { trace_id: "t1", span_id: "b", parent_id: "a", name: "chat", type: "llm", model: "gpt-4o-2024-08-06", provider: "openai", start: "2026-11-20T10:00:01Z", duration_ms: 1200, input_tokens: 120, output_tokens: 30, input: "hi", output: "bye" },
  { trace_id: "t1", span_id: "c", parent_id: "a", name: "refund", type: "tool", tool: "refund", start: "2026-11-20T10:00:03Z", duration_ms: 900, arguments: { amount: 5 }, error: "429 too many requests", odd: 1 },
]; // prettier-ignore

const tracing: Step[] = [
  "trace list",
  (dir) => put(dir, "spans.jsonl", SPANS.map((span) => JSON.stringify(span)).join("\n")),
  "trace import spans.jsonl",
  "trace import spans.jsonl",
  "trace list --error",
  "trace show 628b49",
  "trace show 628b49 --step 3",
  "trace show nothing",
  "trace forget --user ada",
  "trace list",
];

describe("what every command prints under --json", () => {
  // Written by the release before; a change of a byte is a change of the contract.
  test("on one project's way from a file to a release, and the plans for it", async () => {
    const dir = await sampleRepository();
    const stories = { publishing, evaluating, planning, gating, releasing };
    for (const [name, steps] of Object.entries(stories))
      await expect(await told(dir, steps)).toMatchFileSnapshot(golden(name));
  }, 120_000);

  test("of what an agent did", async () => {
    await expect(await told(await sampleRepository(), tracing)).toMatchFileSnapshot(golden("tracing"));
  });

  test("in a new folder, and in one that is no project", async () => {
    const empty = tempProject();
    const steps = ["init new", "-C new lint", "-C nowhere lint", "dance", "eval", "list", "publish", "help nothing"];
    await expect(await told(empty, steps)).toMatchFileSnapshot(golden("beginning"));
  });

  test("of a judge that people's labels are held against", async () => {
    const provider = await startProvider(({ body }, response) => {
      const n = Number(/answer (\d+)/.exec(body.messages.at(-1).content)?.[1]);
      const first = String(body.messages[0].content).startsWith("You compare");
      chatAnswer(response, JSON.stringify(first ? { reason: "so", better: "first" } : { reason: "so", score: n % 2, pass: (n % 2 === 1) !== (n % 10 === 3) })); // prettier-ignore
    });
    const lines = (make: (i: number) => object, n = 40) => Array.from({ length: n }, (_, i) => `${JSON.stringify(make(i))}\n`).join(""); // prettier-ignore
    const dir = tempProject({
      "agentops.config.yaml": `project: x\nmodels: { openai: { kind: openai, baseUrl: "${provider.baseUrl}" } }\nlimits: { retries: 0, concurrency: 1 }\n`,
      "evals/s.suite.yml":
        "name: s\ndataset: ../cases.jsonl\noutputs: { file: ../outputs.jsonl, case: case, output: output }\nscorers: [{ type: llm-rubric, value: Is it polite?, model: openai/gpt-4o-2024-08-06 }]\n",
      "cases.jsonl": lines((i) => ({ id: `c${i}`, vars: { q: i } })),
      "outputs.jsonl": lines((i) => ({ case: `c${i}`, output: `answer ${i}` })),
      "labels.jsonl": lines((i) => ({ case: `c${i}`, label: i % 2 === 1 ? "pass" : "fail" }), 36),
      "few.jsonl": lines((i) => ({ case: `c${i}`, label: i % 2 === 1 ? "pass" : "fail" }), 5),
      "pairs.jsonl": `{"case":"c1","outputs":["answer 1","answer 2"],"label":"first"}\n`,
    });
    const steps = [
      "judge calibrate s --labels few.jsonl",
      "eval",
      "judge calibrate s --labels few.jsonl",
      "judge calibrate s --labels labels.jsonl",
      "judge calibrate s --labels pairs.jsonl",
      "runs show latest",
    ];
    try {
      const env = { OPENAI_API_KEY: "sk-test-0123456789abcdefghij" };
      await expect(await told(dir, steps, env)).toMatchFileSnapshot(golden("judging"));
    } finally {
      await provider.close();
    }
  });

  test("covers every command", () => {
    const names = readFileSync(join(REPO, "fixtures", "golden", "help", "agentops.txt"), "utf8");
    const commands = [...names.matchAll(/^ {2}([a-z]+)(?: |$)/gm)].map((m) => m[1]).filter((name) => name !== "help");
    const told =
      JSON.stringify({ publishing, evaluating, planning, gating, releasing, tracing }) +
      "init judge doctor store config completion collect";
    expect(commands.length).toBeGreaterThan(20);
    for (const name of commands) expect(told).toContain(name);
  });
});
