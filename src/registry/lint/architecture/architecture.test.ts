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
  inputSchema: {
    type: "object",
    additionalProperties: false,
    properties: { usd: { type: "number", exclusiveMinimum: 0, maximum: 9 } },
  },
  contract: { timeoutMs: 5000 },
  compensate: { none: "the bank does not take it back" },
};
const SUITE = "name: s\ntarget: agents/desk\ncases: [{ id: a }]\nscorers: [{ type: equals }]\n";

interface Setup {
  files?: Record<string, string>;
  agents: Record<string, object>;
  prompt?: string;
  allow?: string[];
  suite?: string;
}

/** `RULE: file:line` of every finding, but for those of suites, and that keys are not enforced. */
async function found({
  agents,
  prompt = "Hi {{ticket}}.",
  allow,
  suite = SUITE,
  files: more = {},
}: Setup): Promise<string[]> {
  const files = Object.entries(agents).map(([name, agent]) => [`agents/${name}.agent.yml`, JSON.stringify({ ...WHOLE, ...agent, name }, null, 1)]); // prettier-ignore
  const config = allow === undefined ? CONFIG : `${CONFIG}lint: { allow: ${JSON.stringify(allow)} }\n`;
  const { project } = await plainProject({
    ...(Object.fromEntries(files) as Record<string, string>),
    "agentops.config.yaml": config,
    "prompts/p.prompt.yml": promptText("p", prompt),
    "evals/s.suite.yml": suite,
    "runbook.md": "call somebody\n",
    ...more,
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
  "a runbook that is not there": [{ agents: { desk: { tools: [READ], runbook: "lost.md" } } }, ["missing-token-cap", "error unknown-runbook: no file of the project: lost.md"]], // prettier-ignore
  "a runbook that is not there, of an agent without tools": [
    { agents: { desk: { runbook: "lost.md" } } },
    ["error unknown-runbook: no file of the project: lost.md"],
  ],
  "runbooks outside the project, though there are such files": [
    { agents: { a: { runbook: "../../../../../../etc/passwd" }, b: { runbook: "/etc/passwd" }, c: { runbook: "x/../runbook.md" } } }, // prettier-ignore
    ["error unknown-runbook: no file of the project: ../", "error unknown-runbook: no file of the project: /etc/passwd"], // prettier-ignore
  ],
  "addresses that lead nowhere, and one that does": [
    { agents: { a: { runbook: "javascript:alert(1)" }, b: { runbook: "http://" }, c: { runbook: "https:runbook" }, d: { runbook: "https://wiki.example.com/desk#refunds" } } }, // prettier-ignore
    ["error unknown-runbook: no address to read at: javascript:alert(1)", "no address to read at: http://", "no address to read at: https:runbook"], // prettier-ignore
  ],
  "limits that nobody knows, of which nothing can be said but that": [
    { agents: { desk: { limits: { maxStep: 3 }, guards: undefined } }, allow: [] },
    ["error unknown-key"],
  ],
  "no owner, which is an error until it is allowed": [{ agents: { desk: { owner: undefined } } }, ["error missing-owner"]], // prettier-ignore
  "no owner, allowed by name": [{ agents: { desk: { owner: undefined } }, allow: ["missing-owner"] }, []],
  "side effects without a contract, nor what undoes them": [
    { agents: tools({ ...PAY, contract: undefined, compensate: undefined }) },
    ["missing-token-cap", "missing-contract: pay", "missing-compensation: pay"],
  ],
  "a contract that says nothing, and one that does it twice": [
    { agents: tools({ ...PAY, contract: {} }, { ...PAY, name: "pay2", contract: { timeoutMs: 5, retries: 2 } }, { ...PAY, name: "pay3", contract: { retries: 0 }, compensate: "pay3" }) }, // prettier-ignore
    ["missing-token-cap", "missing-contract: pay has side effects, and nothing says how long it may take nor", "missing-contract: pay2 has side effects, and is tried again without an idempotencyKey", "missing-contract: pay3 has side effects, and nothing says how long it may take: one day it hangs", "missing-compensation: pay3 has side effects, and is said to undo itself"], // prettier-ignore
  ],
  "a tool that only looks as if it acts": [
    { agents: tools({ ...PAY, sideEffects: undefined, risk: "high", contract: undefined }, { ...READ, name: "secret", risk: "high", sideEffects: false }, { ...READ, risk: "low" }) }, // prettier-ignore
    [
      "missing-token-cap",
      "missing-contract: pay looks as if it had side effects (risk: high, and no sideEffects: false)",
    ],
  ],
  "numbers, texts and lists without bounds": [
    { agents: open({ usd: { type: "number" }, note: { type: "string" }, ids: { type: "array", items: { type: "integer", minimum: 1, maximum: 3 } }, deep: { type: "object", additionalProperties: false, properties: { x: {} } } }) }, // prettier-ignore
    [
      "missing-token-cap",
      "unbounded-arguments: pay has side effects, and does not bound usd, note, ids (no maxItems), deep.x: a bound",
    ],
  ],
  "arguments that no schema names": [{ agents: open({}, {}) }, ["missing-token-cap", "does not bound arguments it does not name"]], // prettier-ignore
  "bounds of every sort": [
    { agents: open({ a: { type: "string", format: "uuid" }, b: { enum: [1] }, c: { anyOf: [{ const: 1 }] }, d: { type: ["integer", "null"], minimum: 0, exclusiveMaximum: 3 }, e: { type: "boolean" } }) }, // prettier-ignore
    ["missing-token-cap"],
  ],
  "ten tools": [{ agents: many(10) }, ["missing-token-cap"]],
  "eleven tools": [{ agents: many(11) }, ["missing-token-cap", "warning too-many-tools: 11 tools"]],
  "fifty tools": [{ agents: many(50) }, ["missing-token-cap", "error too-many-tools: 50 tools"]],
  "fifty tools, allowed by name": [{ agents: many(50), allow: ["too-many-tools", "missing-token-cap"] }, []],
  "a supervisor with four tools": [{ agents: { desk: { ...many(4).desk, pattern: "supervisor" } } }, ["missing-token-cap", "warning router-with-tools: a supervisor with 4 tools"]], // prettier-ignore
  "a supervisor with eleven tools": [{ agents: { desk: { ...many(11).desk, pattern: "supervisor" } }, allow: ["router-with-tools"] }, ["missing-token-cap", "warning too-many-tools: 11 tools"]], // prettier-ignore
  "a supervisor in a hierarchy": [{ agents: { desk: { ...many(4).desk, pattern: "hierarchical", handoffs: [to("fraud")] }, fraud: {} } }, ["missing-token-cap", "warning router-with-tools: a supervisor of a hierarchy with 4 tools"]], // prettier-ignore
  "a worker in a hierarchy": [{ agents: { desk: { ...many(4).desk, pattern: "hierarchical" } } }, ["missing-token-cap"]], // prettier-ignore
  "a section of a runbook, and a folder": [
    { agents: { a: { tools: [READ], runbook: "runbook.md#refunds" }, b: { tools: [READ], runbook: "evals" } } },
    ["missing-token-cap", "missing-token-cap", "error unknown-runbook: no file of the project: evals"],
  ],
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
    { agents: { a: { handoffs: [to("b", { input })] }, b: { handoffs: [to("c", { input })] }, c: { handoffs: [to("a", { input })] } } }, // prettier-ignore
    ["error handoff-cycle: handoffs in a circle that nothing ends: a → b → c → a", "b → c → a → b", "c → a → b → c"],
  ],
  "a circle of three that one depth ends": [
    { agents: { a: { handoffs: [to("b")] }, b: { handoffs: [to("c", { input })] }, c: { limits: { maxDepth: 2 }, handoffs: [to("a", { input })] } } }, // prettier-ignore
    [
      "warning handoff-cycle: handoffs in a circle, which only maxDepth ends: a → b → c → a",
      "warning handoff-without-depth",
      "warning handoff-cycle",
      "warning handoff-cycle",
    ],
  ],
  "a longer way round that nothing ends, beside a shorter one that ends": [
    { agents: { a: { handoffs: [to("b", { input })] }, b: { handoffs: [to("a"), to("c", { input })] }, c: { handoffs: [to("a", { input })] } } }, // prettier-ignore
    ["error handoff-cycle: handoffs in a circle that nothing ends: a → b → c → a", "warning handoff-cycle: handoffs in a circle, which only maxDepth ends: b → a → b", "error handoff-cycle", "error handoff-cycle"], // prettier-ignore
  ],
  "an agent that hands over to itself": [{ agents: { desk: { handoffs: [to("desk")] } } }, ["desk → desk"]],
  "an agent that hands over to itself without an end": [{ agents: { desk: { handoffs: [to("desk", { input })] } } }, ["error handoff-cycle: handoffs in a circle that nothing ends: desk → desk"]], // prettier-ignore
  "a circle through an agent whose file has mistakes": [
    { agents: { a: { handoffs: [to("b", { input })] }, b: { handoffs: [to("a", { input })], limits: { maxSteps: "many" }, colour: "red" } } }, // prettier-ignore
    ["error handoff-cycle: handoffs in a circle that nothing ends: a → b → a", "schema", "error handoff-cycle", "unknown-key"], // prettier-ignore
  ],
  "a handoff without depth to an agent whose file cannot be read": [
    { agents: { desk: { handoffs: [to("lost", { input })] } }, files: { "agents/lost.agent.yml": "name: [lost" } },
    ["warning handoff-without-depth", "error yaml-syntax"],
  ],
  "a worker that is not told what it reads": [
    { agents: { desk: { handoffs: [to("fraud", { maxDepth: 1 })] }, fraud: {} } },
    ["leaked-context: agents/fraud reads {{ticket}}, which this handoff's input does not name"],
  ],
  "a worker that speaks of its supervisor": [
    {
      agents: { desk: { handoffs: [to("fraud")] }, fraud: {} },
      prompt: "Answer as the desk agent has said: {{ticket}}.",
    },
    ['leaked-context: the prompt of agents/fraud seems to speak of who hands over to it ("the desk agent")'],
  ],
  "a prompt in which the supervisor's name is an everyday word": [
    { agents: { desk: { handoffs: [to("fraud")] }, fraud: {} }, prompt: "You work at the help desk. {{ticket}}" },
    [],
  ],
  "a prompt that asks for a supervisor of people's": [
    { agents: { desk: { handoffs: [to("fraud")] }, fraud: {} }, prompt: "A supervisor may be asked for. {{ticket}}" },
    [],
  ],
  "what a worker is told, by a definition": [
    { agents: { desk: { handoffs: [to("fraud", { maxDepth: 1, input: { $ref: "#/$defs/t", $defs: { t: input } } })] }, fraud: {} } }, // prettier-ignore
    [],
  ],
  "a variable that the worker can do without": [
    { agents: { desk: { handoffs: [to("fraud")] }, fraud: { prompt: "q" } }, files: { "prompts/q.prompt.yml": 'name: q\nmodel: openai/gpt-4.1-2025-04-14\nmessages: [{ role: user, content: "{{ticket}} {{tone}}" }]\nagentops: { owner: o, input: { properties: { ticket: {}, tone: {} }, required: [ticket] } }\n' } }, // prettier-ignore
    [],
  ],
  "advice that does not come up is no mistake, also of a prompt": [
    { agents: {}, allow: ["router-with-tools", "missing-owner"], files: { "prompts/q.prompt.yml": 'name: q\nmodel: openai/gpt-4.1-2025-04-14\nmessages: [{ role: user, content: hi }]\n' } }, // prettier-ignore
    [],
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
