import { afterAll, expect, test } from "vitest";
import { lintProject } from "../../../evals/lint/lint.ts";
import { CONFIG, plainProject, promptText, removeFolders } from "../../temp-project.testing.ts";

afterAll(removeFolders);

/** An agent that this advice has nothing to say of. */
const WHOLE = {
  name: "desk",
  owner: { team: "cx" },
  prompt: "p",
  model: "openai/gpt-4.1-2025-04-14",
  limits: { maxSteps: 12, maxDurationMs: 300_000, maxCostUsdPerTask: 0.5 },
  guards: { input: ["injection"], output: ["pii"] },
  evals: ["s"],
  runbook: "runbook.md",
};

const READ = { name: "read", inputSchema: { type: "object" } };
const PAY = {
  name: "pay",
  sideEffects: true,
  inputSchema: { type: "object", additionalProperties: false, properties: { usd: { type: "number", maximum: 9 } } },
  contract: { timeoutMs: 5000 },
  compensate: { none: "the bank does not take it back" },
};
const SUITE = "name: s\ntarget: agents/desk\ncases: [{ id: a }]\nscorers: [{ type: equals }]\n";

interface Setup {
  agents: Record<string, object>;
  prompt?: string;
  allow?: string[];
  suite?: string;
}

/** `RULE: file:line` of every finding, but for those of suites, and that keys are not enforced. */
async function found({ agents, prompt = "Hi {{ticket}}.", allow, suite = SUITE }: Setup): Promise<string[]> {
  const files = Object.entries(agents).map(([name, agent]) => [`agents/${name}.agent.yml`, JSON.stringify({ ...WHOLE, ...agent, name }, null, 1)]); // prettier-ignore
  const config = allow === undefined ? CONFIG : `${CONFIG}lint: { allow: ${JSON.stringify(allow)} }\n`;
  const { project } = await plainProject({
    ...(Object.fromEntries(files) as Record<string, string>),
    "agentops.config.yaml": config,
    "prompts/p.prompt.yml": promptText("p", prompt),
    "evals/s.suite.yml": suite,
    "runbook.md": "call somebody\n",
  });
  const { problems } = await lintProject(project);
  return problems
    .filter(({ file, rule }) => !file.startsWith("evals/") && (rule !== "not-enforced" || allow?.length === 0))
    .map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`);
}

const tools = (...list: object[]) => ({ desk: { tools: list } });
const many = (count: number) => tools(...Array.from({ length: count }, (_, i) => ({ ...READ, name: `t${i}` })));
const open = (properties: object, more: object = { additionalProperties: false }) =>
  tools({ ...PAY, inputSchema: { type: "object", properties, ...more } });
const input = { type: "object", properties: { ticket: { type: "string" } } };
const to = (name: string, more: object = { maxDepth: 3, input }) => ({ to: `agents/${name}`, ...more });
const without = (...keys: string[]) => ({
  desk: { tools: [READ], ...Object.fromEntries(keys.map((key) => [key, undefined])) },
});

const CASES: Record<string, [Setup, string[]]> = {
  "nothing in an agent that has it all": [{ agents: tools(READ, PAY) }, ["warning missing-token-cap"]],
  "nothing in an agent without tools": [{ agents: { desk: { guards: undefined, limits: undefined } } }, []],
  "no guard on one side": [
    { agents: { desk: { tools: [READ], guards: { input: ["injection"] }, limits: undefined, runbook: undefined } } },
    ["missing-limits: an agent with tools and no maxSteps, maxDurationMs, maxCostUsdPerTask", "missing-token-cap", "missing-runbook", "missing-guards: an agent with tools and no guard on its output"], // prettier-ignore
  ],
  "a cap on tokens": [{ agents: { desk: { tools: [READ], limits: { ...WHOLE.limits, maxTokensPerTask: 1000 } } } }, []],
  "no suite": [
    { agents: without("evals"), suite: SUITE.replace("desk", "other") },
    ["missing-suite", "missing-token-cap"],
  ],
  "a suite that names it": [{ agents: without("evals") }, ["missing-token-cap"]],
  "a runbook that is not there": [{ agents: { desk: { tools: [READ], runbook: "lost.md" } } }, ["missing-token-cap", "error unknown-runbook: no file lost.md"]], // prettier-ignore
  "side effects without a contract, nor what undoes them": [
    { agents: tools({ ...PAY, contract: undefined, compensate: undefined }) },
    ["missing-token-cap", "missing-contract: pay", "missing-compensation: pay"],
  ],
  "numbers, texts and lists without bounds": [
    { agents: open({ usd: { type: "number" }, note: { type: "string" }, ids: { type: "array", items: { type: "integer", maximum: 3 } }, deep: { type: "object", additionalProperties: false, properties: { x: {} } } }) }, // prettier-ignore
    ["missing-token-cap", "unbounded-arguments: pay has side effects, and takes any value as usd, note, ids, deep.x"],
  ],
  "arguments that no schema names": [{ agents: open({}, {}) }, ["missing-token-cap", "takes any value as arguments it does not name"]], // prettier-ignore
  "bounds of every sort": [
    { agents: open({ a: { type: "string", format: "uuid" }, b: { enum: [1] }, c: { anyOf: [{ const: 1 }] }, d: { type: ["integer", "null"], exclusiveMaximum: 3 }, e: { type: "boolean" } }) }, // prettier-ignore
    ["missing-token-cap"],
  ],
  "ten tools": [{ agents: many(10) }, ["missing-token-cap"]],
  "eleven tools": [{ agents: many(11) }, ["missing-token-cap", "warning too-many-tools: 11 tools"]],
  "fifty tools": [{ agents: many(50) }, ["missing-token-cap", "error too-many-tools: 50 tools"]],
  "fifty tools, allowed by name": [{ agents: many(50), allow: ["too-many-tools", "missing-token-cap"] }, []],
  "a supervisor with four tools": [{ agents: { desk: { ...many(4).desk, pattern: "supervisor" } } }, ["missing-token-cap", "warning router-with-tools: a supervisor with 4 tools"]], // prettier-ignore
  "a handoff to nobody": [
    { agents: { desk: { handoffs: [to("ghost")] } } },
    ['error unknown-handoff: no agent "agents/ghost"'],
  ],
  "a handoff without depth": [{ agents: { desk: { handoffs: [to("fraud", { input })] }, fraud: {} } }, ["warning handoff-without-depth"]], // prettier-ignore
  "the agent's own depth": [
    { agents: { desk: { handoffs: [to("fraud", { input })], limits: { maxDepth: 2 } }, fraud: {} } },
    [],
  ],
  "a circle that ends": [
    { agents: { desk: { handoffs: [to("fraud")] }, fraud: { handoffs: [to("desk")] } } },
    [
      "warning handoff-cycle: handoffs in a circle, which only maxDepth ends: desk → fraud → desk",
      "fraud → desk → fraud",
    ],
  ],
  "a circle of three that nothing ends": [
    { agents: { a: { handoffs: [to("b")] }, b: { handoffs: [to("c", { input })] }, c: { handoffs: [to("a")] } } },
    ["error handoff-cycle: handoffs in a circle that nothing ends: a → b → c → a", "b → c → a → b", "c → a → b → c"],
  ],
  "an agent that hands over to itself": [{ agents: { desk: { handoffs: [to("desk")] } } }, ["desk → desk"]],
  "a worker that is not told what it reads": [
    { agents: { desk: { handoffs: [to("fraud", { maxDepth: 1 })] }, fraud: {} } },
    ["leaked-context: agents/fraud reads {{ticket}}, which this handoff does not tell it"],
  ],
  "a worker that speaks of its supervisor": [
    { agents: { desk: { handoffs: [to("fraud")] }, fraud: {} }, prompt: "Answer as desk has said: {{ticket}}." },
    ["leaked-context: the prompt of agents/fraud speaks of desk"],
  ],
  "advice that nobody knows": [{ agents: {}, allow: ["too-many-tool"] }, ['unknown-rule: lint.allow: no advice is called "too-many-tool" (did you mean too-many-tools?)']], // prettier-ignore
  "a schema's error is no advice": [
    { agents: { desk: { tool: [] } }, allow: ["unknown-key"] },
    ["unknown-key", "unknown-rule"],
  ],
};

test.each(Object.entries(CASES))("%s", async (_, [setup, expected]) => {
  const problems = await found(setup);
  expect(problems).toEqual(expected.map((part) => expect.stringContaining(part) as string));
});

test("what is declared and not enforced is said of each key, where it stands", async () => {
  const limits = { maxSteps: 3, maxDepth: 3 };
  const pay = { ...PAY, authorize: "true" };
  const agent = {
    ...WHOLE,
    allowedModels: ["openai/*"],
    purposes: ["refund"],
    slos: ["q"],
    limits,
    tools: [READ, pay],
  };
  const { project } = await plainProject({
    "agents/desk.agent.yml": JSON.stringify(agent, null, 1),
    "prompts/p.prompt.yml": promptText("p"),
    "evals/s.suite.yml": SUITE,
    "runbook.md": "",
  });
  const { problems } = await lintProject(project);
  const told = problems.filter(({ rule }) => rule === "not-enforced");
  expect(told.map(({ message }) => message.split(": declared and not enforced yet")[0])).toEqual([
    "limits.maxSteps, limits.maxDepth",
    "guards",
    "allowedModels",
    "purposes",
    "slos",
    "tools[].authorize, tools[].contract, tools[].compensate",
  ]);
  expect(told[0]).toMatchObject({ severity: "warning", line: 8, message: expect.stringContaining("not enforced yet") as string }); // prettier-ignore
});
