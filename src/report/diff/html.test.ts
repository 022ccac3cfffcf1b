import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { CaseLine, DiffDetails } from "../../comparison/details.ts";
import type { ComparedMetric, DiffDocument, Example } from "../../comparison/schema.ts";
import { diffSchema } from "../../comparison/schema.ts";
import { diffHtml } from "./html.ts";

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert(1)">'"&\u0007\u001b[31m\u202egnp\ud800${"W".repeat(4000)}`;

describe("the page of a diff", () => {
  test("says the verdict in one sentence, with rates, difference, interval and p", () => {
    const page = text(diffHtml(documentOf(), detailsOf(10)));
    expect(page).toContain("Worse: success rate fell by 10 points");
    expect(page).toContain(
      "Success rate 90 % with the control, 80 % with the candidate: a difference of −10 points (95 % interval −14 to −6, p = 0.0004), over 10 cases.",
    );
    expect(page).toContain("Latency p95 rose by 40 %, beyond its margin.");
    expect(page).not.toContain("412 cases");
  });

  test.each<[string, Partial<DiffDocument>, string]>([
    [
      "worse by a guardrail alone",
      { verdict: "worse", metrics: [rate({ verdict: "no-difference" }), latency()] },
      "Worse: latency p95 rose by 40 %",
    ],
    [
      "better",
      { verdict: "better", metrics: [rate({ verdict: "better", difference: 0.05 })] },
      "Better: success rate rose by 5 points",
    ],
    [
      "better by a guardrail while success stays",
      {
        verdict: "better",
        metrics: [
          rate({ verdict: "no-difference" }),
          latency({
            verdict: "better",
            difference: -100,
            ratio: { estimate: 0.8, ci95: [0.7, 0.9] },
            beyondMargin: false,
          }),
        ],
      },
      "Better: success as before, and latency p95 fell by 20 %",
    ],
    [
      "no difference",
      { verdict: "no-difference", metrics: [rate({ verdict: "no-difference" })] },
      "No difference that matters",
    ],
    [
      "inconclusive",
      { verdict: "inconclusive", metrics: [rate({ verdict: "inconclusive" })] },
      "Inconclusive: 10 cases do not decide",
    ],
  ])("names the verdict: %s", (_, change, sentence) => {
    expect(text(diffHtml(documentOf(change), null))).toContain(sentence);
  });

  test("has every metric, case, example and changed path", () => {
    const document = documentOf();
    const details = detailsOf(2000);
    const page = diffHtml(document, details);
    for (const { name } of document.metrics) expect(page).toContain(`data-metric="${name}"`);
    for (const { id } of details.cases) expect(page).toContain(`<code>${id}</code>`);
    expect(page.match(/<tr data-change=/g)).toHaveLength(2000);
    expect(page.match(/<details class="example"/g)).toHaveLength(document.examples.length);
    for (const { path } of document.content) expect(page).toContain(`<code>${path}</code>`);
    expect(page.length).toBeLessThan(1_000_000);
  });

  test("never lets foreign text become markup, anywhere it can stand", () => {
    const document = poisoned(documentOf());
    const page = diffHtml(document, poisoned(detailsOf(5)));
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<\/script/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img|<svg onload/);
    expect(page).not.toMatch(/[^\P{Cc}\n\t]|[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/u);
    expect(page).toContain("&lt;/script&gt;&lt;script&gt;alert(1)");
    expect(page).toContain("\\x07\\x1b[31m\\u202egnp\\ud800");
  });

  test("loads nothing and refers to nothing outside of itself", () => {
    const page = diffHtml(documentOf(), detailsOf(5));
    expect(page).not.toMatch(/https?:|\/\/[a-z]|@import|url\(|<link|<iframe|<object|<base/i);
    for (const [, target] of page.matchAll(/\s(?:src|href|action|srcset|data)="([^"]*)"/g))
      expect(target).toMatch(/^#/);
    expect(page).not.toMatch(/\sstyle=|\son[a-z]+=/);
  });

  test("permits exactly its own style and script", () => {
    const page = diffHtml(documentOf(), detailsOf(5));
    const hashOf = (element: string) => {
      const inside = new RegExp(`<${element}>([^]*?)</${element}>`).exec(page)?.[1] as string;
      return createHash("sha256").update(inside).digest("base64");
    };
    expect(/Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1]).toBe(
      `default-src 'none'; style-src 'sha256-${hashOf("style")}'; script-src 'sha256-${hashOf("script")}'; base-uri 'none'; form-action 'none'`,
    );
  });

  test("is the same, byte for byte, for the same diff", () => {
    expect(diffHtml(documentOf(), detailsOf(50))).toBe(diffHtml(documentOf(), detailsOf(50)));
  });

  test("without runs says that nothing was measured, and shows what differs in content", () => {
    const page = diffHtml(
      documentOf({
        paired: null,
        metrics: [],
        examples: [],
        regressions: [],
        improvements: [],
        need: null,
        suite: null,
      }),
      null,
    );
    expect(text(page)).toContain("Nothing was measured");
    expect(page).toContain("modelParameters.temperature");
    expect(page).not.toMatch(/<svg|id="metrics"|id="cases"|id="case-filter" hidden/);
  });

  test("draws an open interval as an arrow to the end of the axis, and says so", () => {
    const page = diffHtml(documentOf({ metrics: [rate({ ci95: [null, 0.02] })] }), null);
    expect(page).toContain("95 % interval below +2");
    expect(page).toContain('<line class="interval" x1="0%"');
  });

  test.each<[string, Partial<ComparedMetric>]>([
    ["no interval, no p", { ci95: null, pValue: null, adjustedPValue: null, test: "none" }],
    ["nothing known of the interval", { ci95: [null, null] }],
    ["no change and no margin", { control: 1, candidate: 1, difference: 0, ci95: [0, 0], margin: 0 }],
    [
      "an amount from nothing, without a ratio",
      { unit: "usd", relative: true, control: 0, candidate: 1, difference: 1, ratio: null },
    ],
    ["an amount that vanished", { unit: "usd", relative: true, ratio: { estimate: 0, ci95: [0, 0.1] } }],
    ["a change of a thousandfold", { unit: "ms", relative: true, ratio: { estimate: 1000, ci95: [10, 100_000] } }],
  ])("draws what it can of a metric with %s", (_, change) => {
    const page = diffHtml(documentOf({ metrics: [rate(change)] }), detailsOf(1));
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test.each<[string, number[], number[]]>([
    ["all latencies equal", [100, 100, 100], [100, 100, 100]],
    ["all latencies nothing", [0, 0, 0], [0, 0, 0]],
    ["latencies from nothing to hours", [0, 10, 9e6], [1, 50, 1e7]],
  ])("draws distributions with %s", (_, control, candidate) => {
    const details = { ...detailsOf(1), latency: { probabilities: [0, 0.5, 1], control, candidate } };
    expect(diffHtml(documentOf(), details)).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("says how many cases the page leaves out", () => {
    expect(text(diffHtml(documentOf(), { ...detailsOf(5), casesLeftOut: 98_000 }))).toContain("98,000 more cases");
  });
});

function documentOf(change: Partial<DiffDocument> = {}): DiffDocument {
  const side = {
    ref: "prompts/triage",
    run: "0192f6c4-7a10",
    digest: `sha256:${"a".repeat(64)}`,
    model: "offline/echo-1",
  };
  return diffSchema.parse({
    schema: "agentops.diff/1",
    suite: "triage",
    verdict: "worse",
    control: { ...side, version: "v1" },
    candidate: { ...side, version: "v2" },
    paired: {
      ...{ cases: 10, clusters: 10, trialsControl: 3, trialsCandidate: 3, meanControl: 0.9, meanCandidate: 0.8 },
      ...{ bothPass: 7, onlyControl: 2, onlyCandidate: 1, neither: 0 },
      ...{ unmatched: { control: ["gone"], candidate: [] }, unscored: ["broken"] },
      ...{ differing: ["rewritten"], errorsControl: 0, errorsCandidate: 2 },
    },
    metrics: [
      rate(),
      latency(),
      latency({
        name: "costUsd.perTask",
        unit: "usd",
        control: 0.001,
        candidate: 0.0014,
        difference: 0.0004,
        verdict: "inconclusive",
      }),
      rate({ name: "scorers.equals.passRate", role: "other" }),
      rate({ name: "scorers.rubric.mean", role: "other", unit: "score" }),
    ],
    regressions: ["case-0"],
    improvements: ["case-1"],
    need: {
      ...{ cases: 412, clusters: null, of: "seen", why: "to see the difference of 10 points that was seen" },
      other: { cases: 4120, clusters: null, of: "asked", why: "to see a difference of 3 points" },
    },
    smallestDrop: 0.2,
    changedTogether: ["prompt", "model"],
    scorers: [
      {
        ...{ name: "equals", required: true, control: 0.9, candidate: 0.8, difference: -0.1 },
        ...{ regressions: 4, improvements: 0, case: "case-0", reason: 'output is not "<b>"' },
      },
    ],
    notes: ["the control's run is partial"],
    content: [
      { path: "modelParameters.temperature", control: 0, candidate: 0.5 },
      { path: "tools.refund", control: undefined, candidate: { risk: "high" } },
      {
        path: "messages[0].content",
        control: "a\nb",
        candidate: "a\nc",
        lines: [
          { op: " ", text: "a" },
          { op: "-", text: "b" },
          { op: "+", text: "c" },
        ],
      },
    ],
    examples: [example("regression", "case-0"), example("improvement", "case-1")],
    ...change,
  } satisfies Record<keyof DiffDocument, unknown>);
}

function rate(change: Partial<ComparedMetric> = {}): ComparedMetric {
  return {
    ...{ name: "successRate", role: "primary", unit: "proportion", higherIsBetter: true, control: 0.9, candidate: 0.8 },
    ...{
      difference: -0.1,
      ci95: [-0.14, -0.06],
      ratio: null,
      pValue: 0.0004,
      adjustedPValue: 0.0004,
      test: "clustered-t",
    },
    ...{ margin: 0.03, relative: false, bounded: false, verdict: "worse", beyondMargin: true, remarks: [] },
    ...change,
  };
}

function latency(change: Partial<ComparedMetric> = {}): ComparedMetric {
  return rate({
    ...{ name: "latencyMs.p95", role: "guardrail", unit: "ms", higherIsBetter: false, control: 1000, candidate: 1400 },
    ...{ difference: 400, ci95: [200, 600], ratio: { estimate: 1.4, ci95: [1.2, 1.6] }, margin: 0.2, relative: true },
    ...change,
  });
}

function example(change: Example["change"], id: string): Example {
  const answer = {
    passed: 1,
    trials: 3,
    shown: { passed: false, output: "billing", reasons: ["equals: not refunds"] },
  };
  return {
    case: id,
    change,
    input: '{"ticket":"charged twice"}',
    expected: "refunds",
    control: answer,
    candidate: answer,
  };
}

function detailsOf(count: number): DiffDetails {
  const side = { passed: 2, trials: 3, costUsd: 0.00123 };
  const row = (_: unknown, i: number): CaseLine => ({
    ...{ id: `case-${i}`, control: side, candidate: side },
    change: i === 0 ? "regression" : i === 1 ? "improvement" : "none",
  });
  const probabilities = Array.from({ length: 201 }, (_, i) => i / 200);
  const curve = (by: number) => probabilities.map((p) => by * 10 ** (3 * p));
  return {
    latency: { probabilities, control: curve(10), candidate: curve(12) },
    cases: Array.from({ length: count }, row),
    casesLeftOut: 0,
  };
}

/** Everything free text can be, replaced by the hostile text. */
function poisoned<T>(value: T, key?: string): T;
function poisoned(value: unknown, key = ""): unknown {
  const closed = ["schema", "verdict", "role", "unit", "test", "op", "change"];
  if (typeof value === "string") return closed.includes(key) ? value : HOSTILE;
  if (Array.isArray(value)) return value.map((v) => poisoned(v, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, poisoned(v, k)]));
}

/** What a reader sees of the page. */
function text(page: string): string {
  return page
    .replace(/<(style|script)>[^]*?<\/\1>/g, "")
    .replace(/<[^>]+>/g, "")
    .replace(/\u00a0/g, " ");
}
