import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseRef } from "../core/refs.ts";
import { hasSharedData, SHARED_DATA } from "../testing/project.ts";
import { lintArtifacts } from "./lint/lint.ts";
import { plainProject, promptText, removeFolders } from "./temp-project.testing.ts";
import { loadArtifact } from "./versions/load.ts";

afterAll(removeFolders);

/** An entry of a registry of agents, as the security playbook has it, as a manifest. */
const REGISTRY_ENTRY = `
name: customer-support
description: Reads customers' records, opens tickets, writes mails.
owner: { team: support-platform }
class: interactive
prompt: p
allowedModels: ["openai/gpt-4o-*", "anthropic/claude-3-5-sonnet-*"]
tools:
  - { name: read_customer_records, risk: low, inputSchema: { type: object } }
  - { name: create_support_tickets, risk: low, sideEffects: true, inputSchema: { type: object } }
  - { name: send_customer_emails, risk: medium, sideEffects: true, class: [external], inputSchema: { type: object, properties: { ids: { type: array, maxItems: 100 } } } }
restrictions: { tools: [move_money, administer] }
limits: { maxCostUsdPerTask: 0.50, maxDurationMs: 300000 }
approvals:
  - { class: external, approvers: [managers] }
  - { class: bulk, when: "args.ids.size() > 10", approvers: [security] }
`;

/** A design document, the other template. */
const DESIGN = `
name: refunds
description: Decides on refunds, so that people see the hard ones alone.
owner: { team: cx, contact: cx@example.com, escalation: "pager:cx" }
class: workflow
pattern: supervisor
prompt: p
model: openai/gpt-4o-2024-08-06
fallbackModels: [openai/gpt-4.1-2025-04-14]
purposes: [refund]
scope: { in: [refunds, order status], out: [legal advice] }
data: { reads: [order, customer], writes: [refund], classes: [internal, personal] }
tools:
  - name: issue_refund
    description: Refunds an order.
    risk: high
    sideEffects: true
    class: [money]
    inputSchema: { type: object, additionalProperties: false, properties: { usd: { type: number, maximum: 1000 } } }
    approval: { when: "args.usd > 200", approvers: [cx-leads], timeout: 30m, onTimeout: reject }
    contract: { timeoutMs: 5000, retries: 2, idempotencyKey: args.orderId }
    compensate: { none: "the bank does not take it back" }
approvals: [{ class: money, when: "args.usd > 500", approvers: [finance] }]
handoffs: [{ to: agents/customer-support, maxDepth: 2, input: { type: object, properties: { ticket: { type: string } } } }]
limits: { maxSteps: 12, maxTokensPerTask: 60000, maxDepth: 3 }
slos: [support-quality]
evals: [refunds]
`;

const files = {
  "prompts/p.prompt.yml": promptText("p"),
  "agents/customer-support.agent.yml": REGISTRY_ENTRY,
  "agents/refunds.agent.yml": DESIGN,
};

test("a registry's entry and a design document are manifests that load, and nothing in them is an error", async () => {
  const { project } = await plainProject(files);
  const [entry, design] = await Promise.all(["customer-support", "refunds"].map((name) => loadArtifact(project, parseRef(name)))); // prettier-ignore
  expect(entry?.agent).toMatchObject({
    restrictions: { tools: ["move_money", "administer"] },
    approvals: [{ class: "external", approvers: ["managers"] }, { class: "bulk" }],
    limits: { maxCostUsdPerTask: 0.5 },
  });
  expect(design?.agent).toMatchObject({
    pattern: "supervisor",
    scope: { out: ["legal advice"] },
    handoffs: [{ to: "agents/customer-support", maxDepth: 2 }],
    tools: [{ compensate: { none: "the bank does not take it back" } }],
  });
  const problems = await lintArtifacts(project);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
});

interface Taken {
  name: string;
  type?: string;
  parameters: { name: string; type: string; required: boolean }[] | Record<string, unknown>;
}

/** The tools of a benchmark, as its authors wrote them; what writes is a tool with side effects. */
function toolsOf(file: string): object[] {
  const read = JSON.parse(readFileSync(join(SHARED_DATA, file), "utf8")) as { tools: Taken[] } | { function: Taken }[];
  const list = Array.isArray(read) ? read.map((each) => each.function) : read.tools;
  return list.map(({ name, type, parameters }) => ({
    name,
    sideEffects: type === undefined ? !/^(?:get|list|search|calculate|think)/.test(name) : type === "WRITE",
    inputSchema: Array.isArray(parameters)
      ? { type: "object", properties: Object.fromEntries(parameters.map((p) => [p.name, { type: jsonType(p.type) }])) }
      : parameters,
  }));
}

/** Python's names of types in one of the two. */
function jsonType(type: string): string {
  if (/^(?:list|array)/i.test(type)) return "array";
  if (/^(?:int|float|number)/i.test(type)) return "number";
  return /^(?:dict|object)/i.test(type) ? "object" : "string";
}

test.skipIf(!hasSharedData).each<[string, string[]]>([
  [
    "tau-bench/tools-airline.json",
    [
      "missing-compensation 7",
      "missing-contract 7",
      "missing-guards 1",
      "missing-limits 1",
      "missing-runbook 1",
      "missing-suite 1",
      "missing-token-cap 1",
      "too-many-tools 1",
      "unbounded-arguments 7",
    ],
  ],
  [
    "tau2-runs/tools-airline.json",
    [
      "missing-compensation 4",
      "missing-contract 4",
      "missing-guards 1",
      "missing-limits 1",
      "missing-runbook 1",
      "missing-suite 1",
      "missing-token-cap 1",
      "unbounded-arguments 4",
    ],
  ],
])("a benchmark's tools as a manifest: %s", async (file, expected) => {
  const tools = toolsOf(file);
  const agent = { name: "airline", owner: { team: "t" }, prompt: "p", tools };
  const { project } = await plainProject({ "prompts/p.prompt.yml": files["prompts/p.prompt.yml"], "agents/airline.agent.yml": JSON.stringify(agent) }); // prettier-ignore
  const problems = await lintArtifacts(project, { suites: [], judged: new Map() });
  const advice = problems.filter(({ file }) => file.startsWith("agents/")).map(({ rule }) => rule);
  const counts = [...new Set(advice)].sort().map((rule) => `${rule} ${advice.filter((each) => each === rule).length}`);
  expect(counts).toEqual(expected);
});
