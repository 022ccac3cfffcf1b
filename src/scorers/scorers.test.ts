import { describe, expect, it } from "vitest";
import { join } from "node:path";
import { REPO } from "../testing/project.ts";
import { prepareScorers } from "./prepare.ts";
import { scorerSchema } from "./schema.ts";
import type { EvalCase, ScorerInput } from "./scorer.ts";

type Trial = Partial<Omit<ScorerInput, "case">> & { expected?: unknown; vars?: Record<string, unknown> };

function inputOf({ expected, vars = {}, ...rest }: Trial): ScorerInput {
  const one: EvalCase = { id: "c1", vars, tags: [], cluster: null };
  return {
    case: expected === undefined ? one : { ...one, expected },
    trial: 0,
    output: "",
    toolCalls: [],
    finishReason: null,
    latencyMs: null,
    costUsd: null,
    record: null,
    signal: new AbortController().signal,
    ...rest,
  };
}

const context = {
  baseDir: import.meta.dirname,
  judge: () => Promise.reject(new Error("no judge in this test")),
  env: {},
};

async function prepared(...specs: unknown[]) {
  return prepareScorers(
    specs.map((spec) => scorerSchema.parse(spec)),
    context,
  );
}

async function scored(spec: unknown, trial: Trial) {
  const [scorer] = await prepared(spec);
  return scorer!.score(inputOf(trial));
}

/** Sentence → [spec, trial, passes?]; the `not-` form of the spec must say the opposite. */
type Table = Record<string, [spec: Record<string, unknown>, trial: Trial, passes: boolean]>;

function judge(name: string, table: Table) {
  describe(name, () => {
    it.each(Object.entries(table))("%s", async (_, [spec, trial, passes]) => {
      const score = await scored(spec, trial);
      expect(score, score.reason).toMatchObject({ pass: passes });
      expect(score.reason).toMatch(/\S{2}/);
      expect(score.reason.length).toBeLessThanOrEqual(300);
      expect(score.score).toBeGreaterThanOrEqual(0);
      expect(score.score).toBeLessThanOrEqual(1);
      const inverted = await scored({ ...spec, type: `not-${spec["type"] as string}` }, trial);
      expect(inverted.pass, inverted.reason).toBe(!passes);
      expect(inverted.score).toBeCloseTo(1 - score.score, 12);
    });
  });
}

judge("equals", {
  "equal text passes": [{ type: "equals", value: "a b" }, { output: "a b" }, true],
  "white space counts": [{ type: "equals", value: "a" }, { output: "a\n" }, false],
  "the case's expected serves when there is no value": [{ type: "equals" }, { output: "x", expected: "x" }, true],
  "the value wins over the case's expected": [{ type: "equals", value: "y" }, { output: "x", expected: "x" }, false],
  "a number equals the text that spells it": [{ type: "equals" }, { output: "18", expected: 18 }, true],
  "false is a value": [{ type: "equals", value: false }, { output: false }, true],
  "text is read as JSON when an object is expected": [
    { type: "equals", value: { b: [1, { c: null }], a: 2 } },
    { output: '{"a":2.0, "b":[1,{"c":null}]}' },
    true,
  ],
  "JSON with a key twice is neither of its two objects": [
    { type: "equals", value: { a: 1 } },
    { output: '{"a":2,"a":1}' },
    false,
  ],
  "text that is no JSON is not an object": [{ type: "equals", value: {} }, { output: "{" }, false],
  "objects are equal whatever the order of keys": [
    { type: "equals", value: { a: 1, b: 2 } },
    { output: { b: 2, a: 1 } },
    true,
  ],
  "a further key differs": [{ type: "equals", value: { a: 1 } }, { output: { a: 1, b: 2 } }, false],
  "a list is not an object": [{ type: "equals", value: { 0: 1 } }, { output: [1] }, false],
  "the order of a list counts": [{ type: "equals", value: [1, 2] }, { output: [2, 1] }, false],
});

const COMPOSED = "caf\u00E9";
const DECOMPOSED = "cafe\u0301";
const alike = (normalize: string | undefined, output: string, expected: string, passes: boolean) =>
  [
    { type: "equals", ...(normalize !== undefined && { normalize }) },
    { output, expected },
    passes,
  ] satisfies Table[string];

judge("texts that look the same", {
  "composed and decomposed letters are one": alike(undefined, DECOMPOSED, COMPOSED, true),
  "so are the ends of lines": alike(undefined, "a\r\nb\rc", "a\nb\nc", true),
  "exact makes nothing one": alike("exact", DECOMPOSED, COMPOSED, false),
  "nor line ends": alike("exact", "a\r\nb", "a\nb", false),
  "curly quotes are others": alike(undefined, "it\u2019s", "it's", false),
  "but not to typography": alike("typography", "\u201Cit\u2019s\u201D\u00A0\u2013 so\u2026", '"it\'s" - so...', true),
  "wide letters are others": alike(undefined, "\uFF21\uFB01", "Afi", false),
  "but not to nfkc": alike("nfkc", "\uFF21\uFB01", "Afi", true),
  "the value of the suite is folded too": [{ type: "contains-any", value: [DECOMPOSED] }, { output: COMPOSED }, true],
  "and a pattern": [{ type: "regex", value: `^${DECOMPOSED}$` }, { output: COMPOSED }, true],
  "and what CEL compares": [{ type: "expression", value: `output == "${DECOMPOSED}"` }, { output: COMPOSED }, true],
  "and inside JSON": [
    { type: "equals" },
    { output: { [DECOMPOSED]: ["a\r\n"] }, expected: { [COMPOSED]: ["a\n"] } },
    true,
  ],
  "and arguments of tools": [
    { type: "trajectory:tool-args-match" },
    { toolCalls: [{ name: "f", arguments: { q: DECOMPOSED } }], expected: [{ name: "f", args: { q: COMPOSED } }] },
    true,
  ],
  "a line of a Windows text ends before its \\r": [
    { type: "equals", extract: "^A: (\\w+)$" },
    { output: "Thinking\r\nA: blue\r\nbye", expected: "blue" },
    true,
  ],
});

describe("texts that look alike are told apart by their code points", () => {
  it.each<[string, Record<string, unknown>, Trial, string]>([
    [
      "a curly quote",
      { type: "equals" },
      { output: "it\u2019s", expected: "it's" },
      'output is not "it\'s"; they look alike: character 3 is U+2019, expected U+0027; it is "it\u2019s"',
    ],
    [
      "a decomposed letter",
      { type: "equals", normalize: "exact" },
      { output: DECOMPOSED, expected: COMPOSED },
      `output is not "${COMPOSED}"; they look alike: character 4 is U+0065 U+0301, expected U+00E9; it is "${DECOMPOSED}"`,
    ],
    [
      "a Cyrillic letter in another text",
      { type: "contains", value: "paypal" },
      { output: "see p\u0430ypal now" },
      'output does not contain "paypal": "see p\u0430ypal now"; they look alike: character 6 is U+0430, expected U+0061',
    ],
    [
      "a zero-width space and a no-break space",
      { type: "starts-with", value: "a b" },
      { output: "\uFEFFa\u00A0b c" },
      'output does not start with "a b": "\uFEFFa\u00A0b c"; they look alike: character 1 is U+FEFF U+0061, expected U+0061; character 3 is U+00A0, expected U+0020',
    ],
    ["a difference to be seen", { type: "equals" }, { output: "b", expected: "a" }, 'output is not "a"; it is "b"'],
  ])("%s", async (_, spec, trial, reason) => {
    expect((await scored(spec, trial)).reason).toBe(reason);
  });
});

judge("contains and starts-with", {
  "a part passes": [{ type: "contains", value: "ell" }, { output: "hello" }, true],
  "case counts": [{ type: "contains", value: "ELL" }, { output: "hello" }, false],
  "a pattern is plain text": [{ type: "contains", value: "h.llo" }, { output: "hello" }, false],
  "JSON output is compact JSON text": [{ type: "contains", value: '"a":1' }, { output: { a: 1 } }, true],
  "no output contains nothing": [{ type: "contains", value: "null" }, { output: null }, false],
  "icontains ignores case": [{ type: "icontains", value: "ELL" }, { output: "heLLo" }, true],
  "icontains looks for the expected text": [{ type: "icontains" }, { output: "x", expected: "Y" }, false],
  "contains-all wants all of a list": [{ type: "contains-all", value: ["a", "b"] }, { output: "b a" }, true],
  "contains-all names what is missing": [{ type: "contains-all", value: ["a", "z"] }, { output: "b a" }, false],
  "contains-all splits text at commas": [{ type: "contains-all", value: "a, b" }, { output: "b-a" }, true],
  "quotes keep a comma in one text": [{ type: "contains-all", value: '"a, b",c' }, { output: "c a, b" }, true],
  "contains-any wants one": [{ type: "contains-any", value: "x,b" }, { output: "ab" }, true],
  "contains-any fails with none": [{ type: "contains-any", value: ["x", "y"] }, { output: "ab" }, false],
  "contains-any takes the case's list": [{ type: "contains-any" }, { output: "ab", expected: ["b"] }, true],
  "icontains-all ignores case": [{ type: "icontains-all", value: "A,B" }, { output: "ab" }, true],
  "icontains-any ignores case": [{ type: "icontains-any", value: "Z,B" }, { output: "ab" }, true],
  "icontains-any fails with none": [{ type: "icontains-any", value: "Z" }, { output: "ab" }, false],
  "starts-with looks at the start": [{ type: "starts-with", value: "he" }, { output: "hello" }, true],
  "starts-with does not look further": [{ type: "starts-with", value: "lo" }, { output: "hello" }, false],
});

judge("regex", {
  "finds anywhere": [{ type: "regex", value: "\\d{3}" }, { output: "call 911 now" }, true],
  "anchors mean the whole text": [{ type: "regex", value: "^[a-z-]+$" }, { output: "billing\nqueue" }, false],
  "the case's expected is a pattern": [{ type: "regex" }, { output: "abc", expected: "^a.c$" }, true],
  "flags stand in the pattern": [{ type: "regex", value: "(?i)HELLO" }, { output: "hello" }, true],
});

const PERSON = { type: "object", required: ["age"], properties: { age: { type: "integer", minimum: 0 } } };

const DEEP = "[".repeat(100_000) + "]".repeat(100_000);

judge("is-json and contains-json", {
  "JSON text is JSON": [{ type: "is-json" }, { output: ' {"a": 1} ' }, true],
  "an agent's object is JSON": [{ type: "is-json" }, { output: { a: 1 } }, true],
  "no recorded answer is none": [{ type: "is-json" }, { output: null }, false],
  "the word null is": [{ type: "is-json" }, { output: "null" }, true],
  "a number is JSON": [{ type: "is-json" }, { output: 5 }, true],
  "but contains no object or list": [{ type: "contains-json" }, { output: 5 }, false],
  "nor does no answer": [{ type: "contains-json" }, { output: null }, false],
  "an agent's list is one": [{ type: "contains-json" }, { output: [] }, true],
  "what a truncated one has inside is a part of it": [
    { type: "contains-json" },
    { output: 'Here: {"a": {"b": 1}, "c": ' },
    false,
  ],
  "JSON that says two things is none": [{ type: "is-json" }, { output: '{"a":1,"a":2}' }, false],
  "nor is one found in prose": [{ type: "contains-json" }, { output: 'so: {"a":1,"a":2}' }, false],
  "brackets without end are none": [{ type: "is-json" }, { output: DEEP }, false],
  "nor found": [{ type: "contains-json" }, { output: DEEP }, false],
  "an object in another notation hides what is in it": [
    { type: "contains-json", value: { type: "object", required: ["name"] } },
    { output: '{user: {"name":"x"}}' },
    false,
  ],
  "prose is not": [{ type: "is-json" }, { output: "Sure! {}" }, false],
  "a schema must hold": [{ type: "is-json", value: PERSON }, { output: '{"age":3}' }, true],
  "a schema that is violated fails": [{ type: "is-json", value: PERSON }, { output: '{"age":-3}' }, false],
  "a schema may be YAML text": [
    { type: "is-json", value: "{type: array, items: {type: integer}}" },
    { output: "[1,2]" },
    true,
  ],
  "each pattern of a schema is its own": [
    { type: "is-json", value: { properties: { a: { pattern: "^x$" }, b: { pattern: "^y$" } } } },
    { output: '{"a":"x","b":"x"}' },
    false,
  ],
  "formats are checked": [
    { type: "is-json", value: { type: "string", format: "email" } },
    { output: '"nobody"' },
    false,
  ],
  "a draft 7 schema works": [
    { type: "is-json", value: { $schema: "http://json-schema.org/draft-07/schema#", type: "object" } },
    { output: "{}" },
    true,
  ],
  "contains-json finds JSON in prose": [{ type: "contains-json" }, { output: 'Sure:\n```json\n{"a":"}"}\n```' }, true],
  "contains-json skips brackets that are no JSON": [{ type: "contains-json" }, { output: "see [note] {x} [1]" }, true],
  "contains-json fails without any": [{ type: "contains-json" }, { output: "see [note], or { not" }, false],
  "contains-json checks a schema": [{ type: "contains-json", value: PERSON }, { output: 'it is {"age":"x"}' }, false],
  "contains-json takes any value that fits": [
    { type: "contains-json", value: PERSON },
    { output: 'first {"name":"x"} then {"age":4}' },
    true,
  ],
});

const NUMERIC = { type: "numeric" };
const same = (output: unknown, expected: unknown): [typeof NUMERIC, Trial, boolean] => [
  NUMERIC,
  { output, expected },
  true,
];
const differs = (output: unknown, expected: unknown): [typeof NUMERIC, Trial, boolean] => [
  NUMERIC,
  { output, expected },
  false,
];

judge("numeric", {
  "thousands separators do not count": same("1,000", "1000"),
  "nor do currency signs": same("$1,000.00", 1000),
  "nor does the notation": same("1e3", "1,000"),
  "a trailing period is the end of a sentence": same("42.", 42),
  "a currency may be left out on one side": same("18 dollars", 18),
  "so may a percent sign": same("50%", "50"),
  "two that differ may not": differs("$5", "€5"),
  "one currency has several names": same("5 USD", "$5"),
  "a unit that only one side has makes it another thing": differs("18 dollars per day", 18),
  "both sides may have it": same("18 km/h", "18 km/h"),
  "a word is compared without case and plural": same("1 Apples", "1 apple"),
  "a short unit is compared as it stands": differs("5 mW", "5 MW"),
  "1.5M is no 1.5B": differs("$1.5M", "$1.5B"),
  "1.5M is 1.5 million": same("$1.5m", "1.5 million dollars"),
  "2k is 2,000": same("2k", "2,000"),
  "2k is no 2": differs("2k", 2),
  "an unknown letter makes it another thing": differs("2q", 2),
  "scale words multiply": same("3 hundred thousand", "300,000"),
  "and are not dropped": differs("3 hundred thousand", 300),
  "5 m are metres, not millions": differs("5 m", 5_000_000),
  "a scaled number may have a unit": same("5k runs", "5000 runs"),
  "a scale leaves no dust": same("1.1 million", "1100000"),
  "scale words of other languages": same("2,500 Mio.", "2.5 Mrd"),
  "Han digits scale": same("3万円", "30000円"),
  "bold text is a number": same("**7**", 7),
  "a Unicode minus is a minus": same("\u22125", -5),
  "a minus may stand before the currency": same("-$5", "$-5"),
  "Indian grouping is grouping": same("1,00,000", 100000),
  "a scale word is applied": same("1.8 billion", 1.8e9),
  "a scale word is not a unit": differs("18 million", 18),
  "a number output is a number": same(3, "3.0"),
  "another number differs": differs("19", 18),
  "a fraction is not its numerator": differs("1/5", 1),
  "a range is not its start": differs("3-5", 3),
  "a second number makes it unreadable": differs("18 or 19", 18),
  "a wrong separator is not guessed at": differs("1,5", 15),
  "prose is not a number": differs("eighteen", 18),
  "no output is not a number": differs(null, 0),
  "a boolean is not a number": differs(true, 1),
  "an integer counts to its last digit": differs("12345678901234567891", "12345678901234567890"),
  "though no number holds it": differs("9007199254740993", "9007199254740992"),
  "and however it is written": same("12,345,678,901,234,567,890", "12345678901234567890.0"),
  "a tolerance is for such a one too": [
    { type: "numeric", value: "12345678901234567890", tolerance: 1 },
    { output: "12345678901234567891" },
    true,
  ],
  "a German Billion is not 10⁹": differs("1 Billion Euro", "1000000000 €"),
  "an English one is": same("$1 Billion", "1000000000"),
  "an abbreviated scale has a period": same("5 Mrd. €", "5000000000 EUR"),
  "also a million": same("1.5 Mio. €", "€1,500,000"),
  "spaces separate thousands": same("1 000 000", "1000000"),
  "as narrow ones do": same("1\u202F000\u2009000.5 km", "1,000,000.5 km"),
  "but not other numbers": differs("1 00", 100),
  "nor a longer one": differs("1 0000", 10000),
  "US$5 is $5": same("US$5", "$5"),
  "A$5 is not": differs("A$5", "$5"),
  "nor is CA$5, a dollar behind the number or not": differs("5 CA$", "5 USD"),
  "CA$5 is 5 CAD": same("CA$5", "5 CAD"),
  "¥5 is 5 JPY": same("¥5", "5 JPY"),
  "£5 is 5 pounds": same("£5", "5 pounds"),
  "€5 is 5 EUR": same("€5", "5 EUR"),
  "$5 is 5 dollars": same("$5", "5 dollars"),
  "nothing is nothing, whatever its power": same("-.0e999999999", 0),
  "infinity is not a number": differs("1e999", 5),
  "an absolute tolerance is inclusive": [{ type: "numeric", value: 10, tolerance: 0.5 }, { output: "10.5" }, true],
  "beyond the tolerance fails": [{ type: "numeric", value: 10, tolerance: 0.5 }, { output: "10.51" }, false],
  "a relative tolerance is a share of the expected": [
    { type: "numeric", value: -200, relative: 0.01 },
    { output: "-202" },
    true,
  ],
});

judge("levenshtein, rouge-n and word-count", {
  "five edits pass by default": [{ type: "levenshtein", value: "abcdefghij" }, { output: "abcde" }, true],
  "six edits fail by default": [{ type: "levenshtein", value: "abcdefghij" }, { output: "abcd" }, false],
  "max is the limit": [{ type: "levenshtein", value: "kitten", max: 2 }, { output: "sitting" }, false],
  "a threshold is a similarity": [
    { type: "levenshtein", value: "kitten", threshold: 0.5 },
    { output: "sitting" },
    true,
  ],
  "rouge counts shared words": [
    { type: "rouge-n", value: "the cat sat on the mat", threshold: 0.6 },
    { output: "the cat sat" },
    true,
  ],
  "rouge fails below 0.75 by default": [
    { type: "rouge-n", value: "the cat sat on the mat" },
    { output: "the cat sat" },
    false,
  ],
  "rouge of nothing is 0": [{ type: "rouge-n", value: "the cat" }, { output: " " }, false],
  "the same short text is the same": [{ type: "rouge-n", value: "yes", n: 2 }, { output: "yes" }, true],
  "n words in a row": [{ type: "rouge-n", value: "a b c d", n: 2, threshold: 0.1 }, { output: "d c b a" }, false],
  "an exact number of words": [{ type: "word-count", value: 3 }, { output: " one two\nthree " }, true],
  "a range of words": [{ type: "word-count", value: { min: 4 } }, { output: "one two three" }, false],
  "an upper limit beside the value": [{ type: "word-count", max: 2 }, { output: "" }, true],
});

judge("finish-reason and is-refusal", {
  "the reason named": [{ type: "finish-reason", value: "stop" }, { finishReason: "stop" }, true],
  "another reason": [{ type: "finish-reason", value: ["stop", "length"] }, { finishReason: "refusal" }, false],
  "promptfoo's spelling": [{ type: "finish-reason", value: "tool_calls" }, { finishReason: "tool-calls" }, true],
  "a refusal the provider reports": [{ type: "is-refusal" }, { output: "x", finishReason: "content-filter" }, true],
  "I can't help with that": [{ type: "is-refusal" }, { output: "I’m sorry, but I can’t help with that." }, true],
  "I cannot assist": [
    { type: "is-refusal" },
    { output: "Unfortunately, I cannot assist you with this request." },
    true,
  ],
  "I'm unable to provide": [{ type: "is-refusal" }, { output: "I'm unable to provide that information." }, true],
  "I must decline": [{ type: "is-refusal" }, { output: "I must respectfully decline." }, true],
  "as an AI": [{ type: "is-refusal" }, { output: "As an AI language model, I cannot have opinions." }, true],
  "against my guidelines": [{ type: "is-refusal" }, { output: "That goes against my guidelines." }, true],
  "an empty answer": [{ type: "is-refusal" }, { output: "" }, true],
  "an empty answer that calls a tool is none": [
    { type: "is-refusal" },
    { output: "", toolCalls: [{ name: "x", arguments: {} }] },
    false,
  ],
  "sympathy is none": [{ type: "is-refusal" }, { output: "I'm sorry to hear that! I can help you with it." }, false],
  "a policy is none": [{ type: "is-refusal" }, { output: "We cannot offer refunds after 30 days." }, false],
  "praise is none": [{ type: "is-refusal" }, { output: "I can't recommend it enough!" }, false],
  "a plain answer is none": [{ type: "is-refusal" }, { output: "You can't go wrong with pasta. I help daily." }, false],
});

judge("latency and cost", {
  "within the limit": [{ type: "latency", max: 2000 }, { latencyMs: 2000 }, true],
  "above the limit": [{ type: "latency", max: 2000 }, { latencyMs: 2000.1 }, false],
  "promptfoo's threshold is the limit": [{ type: "latency", threshold: 100 }, { latencyMs: 101 }, false],
  "within the budget": [{ type: "cost", max: 0.01 }, { costUsd: 0 }, true],
  "above the budget": [{ type: "cost", threshold: 0.01 }, { costUsd: 0.02 }, false],
});

const CALLS = [
  { name: "search", arguments: { q: "a", limit: 10 } },
  { name: "get_user", arguments: '{"id":"u1"}' },
  { name: "search", arguments: { q: "b" } },
];
const RECORD = { record: { reward: 1, score: 0.5, tags: ["a"] }, latencyMs: 812, output: "abc", toolCalls: CALLS };
const cel = (value: string, passes = true): [Record<string, unknown>, Trial, boolean] => [
  { type: "expression", value },
  RECORD,
  passes,
];

judge("expression", {
  "a JSON whole number equals a double": cel("record.reward == 1.0"),
  "and an int": cel("record.reward == 1"),
  "a false condition fails": cel("record.reward == 0.0", false),
  "latency compares with an int": cel("latencyMs <= 2000"),
  "and with a double": cel("latencyMs <= 811.5", false),
  "whole and fractional numbers mix in arithmetic": cel(
    "latencyMs / 1000 < 1 && record.score * 2 == 1 && size(toolCalls) * 0.5 > 1",
  ),
  "tool calls can be counted": cel("size(toolCalls) > 2"),
  "tool calls can be looked through": cel('toolCalls.exists(c, c.name == "get_user")'),
  "arguments can be reached": cel('toolCalls[0].arguments.q == "a"'),
  "text has its methods": cel('output.contains("b") && output.startsWith("a")'),
  "matches is RE2": cel('output.matches("^a(?P<x>.)c$") && record.tags.all(t, t.matches("[a-z]"))'),
  "a missing key can be asked for": cel("has(record.nothing)", false),
  "an expected that is not there is null": cel("expected == null"),
  "no cost is null": cel("costUsd == null"),
  "a null that was recorded is an empty answer": [
    { type: "expression", value: "size(output) == 0 && record.output == null" },
    { output: null, record: { output: null } },
    true,
  ],
  "a number passes from the threshold on": [
    { type: "expression", value: "record.score", threshold: 0.5 },
    RECORD,
    true,
  ],
  "a number below the threshold fails": [{ type: "expression", value: "record.score", threshold: 0.6 }, RECORD, false],
  "a whole number is a score too": cel("int(record.reward)"),
});

const trajectory = (type: string, value: unknown, passes: boolean): [Record<string, unknown>, Trial, boolean] => [
  { type: `trajectory:${type}`, ...(value === undefined ? {} : { value }) },
  { toolCalls: CALLS },
  passes,
];

const CELL =
  '[{"name":"search","arguments":{"q":"a"}},{"function":{"name":"get_user","arguments":"{\\"id\\":\\"u1\\"}"}}]';
const cell = (type: string, expected: unknown, passes: boolean): [Record<string, unknown>, Trial, boolean] => [
  { type },
  { toolCalls: CALLS, expected },
  passes,
];

judge("calls that a cell of a spreadsheet holds", {
  "as JSON, for the tools used": cell("trajectory:tool-used", CELL, true),
  "for their order": cell("trajectory:tool-sequence", CELL, true),
  "for their arguments, which may be JSON in JSON": cell("trajectory:tool-args-match", CELL, true),
  "for other arguments": cell("trajectory:tool-args-match", '[{"name":"search","args":{"q":"c"}}]', false),
  "for the names": cell("tool-call-f1", CELL, true),
  "one call alone": cell("trajectory:tool-used", '{"name":"search"}', true),
  "a list of names": cell("trajectory:tool-used", ' ["search", "get_user"]', true),
  "names with commas between": cell("trajectory:tool-used", 'search, "get_user"', true),
  "a list of texts": [{ type: "contains-all", value: '["a, b", "c"]' }, { output: "c a, b" }, true],
  "a text of brackets is no JSON": [{ type: "contains-all", value: "[a],[b]" }, { output: "[b] [a]" }, true],
  "an object that an agent gave": [{ type: "equals" }, { output: { a: 1 }, expected: '{ "a": 1 }' }, true],
});

judge("tool-call-precision", {
  "intended calls over all calls": [
    { type: "tool-call-precision", threshold: 0.6 },
    { toolCalls: CALLS, expected: ["search", "get_user"] },
    true,
  ],
  "a repeated call is not intended twice": [
    { type: "tool-call-precision", threshold: 0.7 },
    { toolCalls: CALLS, expected: ["search", "get_user"] },
    false,
  ],
  "the right tool with wrong arguments is not intended": [
    { type: "tool-call-precision", threshold: 0.3 },
    { toolCalls: CALLS, expected: [{ name: "search", args: { q: "c" } }] },
    false,
  ],
  "what was not called does not lower it": [
    { type: "tool-call-precision", value: "search, get_user, search, refund" },
    { toolCalls: CALLS },
    true,
  ],
  "no call is none too many": [{ type: "tool-call-precision" }, { expected: ["search"] }, true],
});

judge("trajectories", {
  "names with commas between are several": trajectory("tool-used", "search, get_user", true),
  "a tool that was called": trajectory("tool-used", "search", true),
  "a tool that was not": trajectory("tool-used", "delete", false),
  "all of a list": trajectory("tool-used", ["search", "get_user"], true),
  "names are exact": trajectory("tool-used", "get", false),
  "a pattern": trajectory("tool-used", { pattern: "get_*" }, true),
  "at least so often": trajectory("tool-used", { name: "search", min: 3 }, false),
  "at most never": trajectory("tool-used", { name: "delete", max: 0 }, true),
  "in order, with others between": trajectory("tool-sequence", ["search", "search"], true),
  "not in this order": trajectory("tool-sequence", ["get_user", "get_user"], false),
  "exactly these": trajectory(
    "tool-sequence",
    { mode: "exact", steps: ["search", "get_user", { pattern: "s*" }] },
    true,
  ),
  "exactly allows nothing between": trajectory("tool-sequence", { mode: "exact", steps: ["search", "search"] }, false),
  "partial arguments": trajectory("tool-args-match", { name: "search", args: { q: "a" } }, true),
  "exact arguments": trajectory("tool-args-match", { name: "search", mode: "exact", args: { q: "a" } }, false),
  "a default may be spelled out": trajectory(
    "tool-args-match",
    { name: "search", mode: "exact", arguments: { q: "a" }, defaults: { limit: 10 } },
    true,
  ),
  "an ignored argument does not count": trajectory(
    "tool-args-match",
    { name: "search", mode: "exact", args: { q: "a", limit: 99 }, ignore: "lim*" },
    true,
  ),
  "arguments recorded as text are read": trajectory("tool-args-match", { pattern: "get_*", args: { id: "u1" } }, true),
  "other arguments": trajectory("tool-args-match", { name: "search", args: { q: "z" } }, false),
  "so many calls": trajectory("step-count", 3, true),
  "too many calls": trajectory("step-count", { max: 2 }, false),
  "calls of one kind": trajectory("step-count", { pattern: "s?arch", min: 2, max: 2 }, true),
});

const expecting = (
  spec: Record<string, unknown>,
  expected: unknown,
  passes: boolean,
): [Record<string, unknown>, Trial, boolean] => [spec, { toolCalls: CALLS, expected }, passes];
const ARGS = { type: "trajectory:tool-args-match" };

judge("expected tool calls of a case", {
  "names of tools used": expecting({ type: "trajectory:tool-used" }, [{ name: "search" }], true),
  "a sequence of names": expecting({ type: "trajectory:tool-sequence" }, ["search", "get_user"], true),
  "an exact sequence": expecting({ type: "trajectory:tool-sequence", mode: "exact" }, ["search", "get_user"], false),
  "each call with its arguments (tau-bench's kwargs)": expecting(ARGS, [{ name: "search", kwargs: { q: "b" } }], true),
  "a name alone fits any arguments": expecting(ARGS, ["get_user"], true),
  "two equal calls need two calls": expecting(ARGS, [{ name: "get_user", args: {} }, "get_user"], false),
  "a loose wish leaves the strict one its call": expecting(
    ARGS,
    ["search", { name: "search", input: { q: "a" } }],
    true,
  ),
  "other arguments are another call": expecting(ARGS, [{ name: "get_user", arguments: { id: "u2" } }], false),
  "nothing expected is nothing missing": expecting(ARGS, [], true),
  "F1 of the names": expecting({ type: "tool-call-f1" }, ["get_user", "search"], true),
  "F1 is 1 only when the sets are equal": expecting({ type: "tool-call-f1" }, ["search"], false),
  "F1 against a threshold": expecting({ type: "tool-call-f1", value: "search", threshold: 0.6 }, undefined, true),
  "F1 of calls where none are expected is 0": expecting({ type: "tool-call-f1" }, [], false),
});

describe("graded scores", () => {
  it.each<[string, unknown, Trial, number]>([
    ["levenshtein is the similarity", { type: "levenshtein", value: "kitten" }, { output: "sitting" }, 4 / 7],
    [
      "rouge-1 is the F-measure",
      { type: "rouge-n", value: "the cat sat on the mat" },
      { output: "the cat sat" },
      2 / 3,
    ],
    ["F1 is the harmonic mean", { type: "tool-call-f1", value: ["search", "x"] }, { toolCalls: CALLS }, 0.5],
    ["an expression's number", { type: "expression", value: "record.score" }, RECORD, 0.5],
    ["its not- form is the rest", { type: "not-expression", value: "record.score / 2.0" }, RECORD, 0.75],
  ])("%s", async (_, spec, trial, score) => {
    expect((await scored(spec, trial)).score).toBeCloseTo(score, 12);
  });

  it("not-tool-used of a list passes only when none of them was called", async () => {
    const spec = { type: "not-trajectory:tool-used", value: ["search", "delete"] };
    expect(await scored(spec, { toolCalls: CALLS })).toMatchObject({ pass: false, score: 0 });
    expect(await scored(spec, { toolCalls: [] })).toMatchObject({ pass: true, score: 1 });
  });
});

describe("extract and transform", () => {
  const LAST = "A:\\s*(.+)$";
  it.each<[string, Record<string, unknown>, Trial, boolean]>([
    ["the first group replaces the output", { extract: LAST }, { output: "6*3\nA: 18\n", expected: "18" }, true],
    ["the last match counts", { extract: LAST }, { output: "A: 1\nno,\nA: 18", expected: "18" }, true],
    ["a recording from Windows works", { extract: LAST }, { output: "x\r\nA: 18\r\n", expected: "18" }, true],
    ["without a group the match counts", { extract: "\\d+" }, { output: "it is 18", expected: "18" }, true],
    ["an empty match is no match", { extract: "\\d*" }, { output: "18 it is", expected: "18" }, true],
    ["JSON output is searched as text", { extract: '"n":(\\d+)' }, { output: { n: 18 }, expected: "18" }, true],
    [
      "both sides can be extracted",
      { extract: { output: LAST, expected: "####\\s*(.+)$" } },
      { output: "A: 18", expected: "so\n#### 18" },
      true,
    ],
    [
      "a transform replaces the output",
      { transform: "output.answer" },
      { output: { answer: "x" }, expected: "x" },
      true,
    ],
    [
      "a transform sees what was extracted",
      { extract: LAST, transform: 'output + "!"' },
      { output: "A: 18", expected: "18!" },
      true,
    ],
    [
      "a transform gives JSON",
      { transform: { output: "size(output)", expected: '{"n": [size(expected), 1u]}["n"][0]' } },
      { output: "abc", expected: "xyz" },
      true,
    ],
  ])("%s", async (_, keys, trial, passes) => {
    const score = await scored({ type: "equals", ...keys }, trial);
    expect(score.pass, score.reason).toBe(passes);
  });

  it.each(["equals", "not-equals"])("an extract that finds nothing fails %s", async (type) => {
    const score = await scored({ type, extract: LAST }, { output: "I do not know", expected: "18" });
    expect(score).toEqual({ score: 0, pass: false, reason: 'extract found nothing in output "I do not know"' });
  });
});

describe("what cannot be measured is an error, not a fail", () => {
  it.each<[string, Record<string, unknown>, Trial, RegExp]>([
    ["no expected", { type: "equals" }, { output: "x" }, /no value, and no expected/],
    ["an empty text in a list", { type: "contains-all" }, { output: "x", expected: ["x", ""] }, /empty/],
    ["an expected that is no number", { type: "numeric" }, { output: "1", expected: "one" }, /"one" is not a number/],
    ["an expected that is no pattern", { type: "regex" }, { output: "1", expected: "(" }, /missing closing/],
    [
      "an expected that is no list of calls",
      { type: "trajectory:tool-used" },
      { expected: { a: 1 } },
      /no list of tool calls/,
    ],
    [
      "JSON of calls that breaks off",
      { type: "trajectory:tool-used" },
      { expected: '[{"name":"a"' },
      /nor the JSON of calls/,
    ],
    ["names with semicolons between", { type: "trajectory:tool-used" }, { expected: "a; b" }, /is no name of a tool/],
    [
      "a reference without an n-gram",
      { type: "rouge-n", n: 2 },
      { output: "no", expected: "yes" },
      /no 2-gram in the reference/,
    ],
    ["an expected call without a name", { type: "tool-call-f1" }, { expected: [{ tool: "x" }] }, /has no name/],
    ["no latency", { type: "latency", max: 5 }, {}, /no latency recorded/],
    ["no cost", { type: "cost", max: 5 }, {}, /no cost recorded/],
    ["no finish reason", { type: "finish-reason", value: "stop" }, {}, /no finish reason/],
    ["a missing key", { type: "expression", value: "record.a == 1" }, { record: {} }, /No such key: a/],
    ["a null in a comparison", { type: "expression", value: "costUsd < 1" }, {}, /no such overload/],
    [
      "a value that is no verdict",
      { type: "expression", value: "record" },
      { record: "yes" },
      /"yes"; want true, false/,
    ],
    ["a number above 1", { type: "expression", value: "record" }, { record: 7 }, /is 7; want/],
    [
      "a hostile pattern in CEL is bad, not slow",
      { type: "expression", value: "output.matches(record)" },
      { record: "(" },
      /missing closing/,
    ],
    [
      "a transform that fails",
      { type: "equals", transform: "output.a" },
      { output: {}, expected: "x" },
      /No such key: a/,
    ],
  ])("%s", async (_, spec, trial, message) => {
    await expect(scored(spec, trial)).rejects.toThrow(message);
    await expect(scored({ ...spec, type: `not-${spec["type"] as string}` }, trial)).rejects.toThrow(message);
  });
});

describe("a spec that cannot work is refused before the first trial", () => {
  it.each<[string, Record<string, unknown>, unknown[], RegExp]>([
    ["a bad pattern", { type: "regex", value: "(a" }, ["value"], /missing closing \)/],
    ["look-ahead", { type: "regex", value: "(?=a)" }, ["value"], /unsupported Perl syntax/],
    ["a bad extract", { type: "equals", extract: "[z" }, ["extract"], /missing closing \]/],
    ["a bad extract of one side", { type: "equals", extract: { expected: "[z" } }, ["extract", "expected"], /missing/],
    ["CEL syntax", { type: "expression", value: "output ==" }, ["value"], /CEL: .* in output ==/],
    ["an unknown variable", { type: "expression", value: "outptu == 1" }, ["value"], /Unknown variable: outptu/],
    ["a bad pattern in CEL", { type: "expression", value: 'output.matches("(a")' }, ["value"], /missing closing/],
    ["an expression that is no condition", { type: "expression", value: '"yes"' }, ["value"], /gives a string/],
    ["a type error", { type: "expression", value: "size(toolCalls) > 'a'" }, ["value"], /no such overload/],
    [
      "a bad transform",
      { type: "equals", transform: { output: "outputs" } },
      ["transform", "output"],
      /Unknown variable/,
    ],
    ["an invalid JSON Schema", { type: "is-json", value: { type: "strnig" } }, ["value"], /invalid JSON Schema/],
    ["a mistyped schema keyword", { type: "is-json", value: { minimun: 1 } }, ["value"], /unknown keyword/],
    [
      "a schema pattern RE2 refuses",
      { type: "is-json", value: { pattern: "(?!a)" } },
      ["value"],
      /invalid JSON Schema/,
    ],
    ["a schema that is a sentence", { type: "contains-json", value: "an object" }, ["value"], /is an object/],
    ["a value that is no number", { type: "numeric", value: "many" }, ["value"], /"many" is not a number/],
    ["an empty text", { type: "contains", value: "" }, ["value"], /every output would pass/],
    ["an empty text in a list", { type: "contains-any", value: ["a", ""] }, ["value"], /every output would pass/],
    ["no finish reason", { type: "finish-reason" }, ["value"], /missing/],
    ["an unknown finish reason", { type: "finish-reason", value: "stopp" }, ["value"], /unknown finish reason "stopp"/],
    ["no latency limit", { type: "latency" }, ["max"], /missing/],
    ["no cost limit", { type: "cost" }, ["max"], /missing/],
    ["no word count", { type: "word-count" }, ["value"], /missing/],
    ["bounds that nothing meets", { type: "word-count", min: 3, max: 2 }, ["min"], /nothing could pass/],
    [
      "a tool matcher without a name",
      { type: "trajectory:tool-used", value: { min: 1 } },
      ["value", "name"],
      /missing/,
    ],
    ["a step without a name", { type: "trajectory:tool-sequence", value: ["a", {}] }, ["value", 1, "name"], /missing/],
    [
      "arguments without any",
      { type: "trajectory:tool-args-match", value: { name: "a" } },
      ["value", "args"],
      /missing/,
    ],
    ["no step count", { type: "trajectory:step-count", value: { name: "a" } }, ["value"], /missing/],
    ["no judge", { type: "llm-rubric", value: "is polite" }, ["model"], /missing/],
    ["no module", { type: "javascript", value: "nowhere.js" }, ["value"], /no such file: nowhere.js/],
    [
      "a module that does not score",
      { type: "javascript", value: join(REPO, "bench/measure.js") },
      ["value"],
      /no default export/,
    ],
    ["an open quote", { type: "exec", value: "node don't.js" }, ["value"], /a quote is not closed/],
    ["no program", { type: "exec", value: "no-such-program-anywhere x" }, ["value"], /no program "no-such-program/],
  ])("%s", async (_, spec, path, message) => {
    const failure = expect(prepared({ type: "equals" }, { ...spec, name: "mine" })).rejects;
    await failure.toMatchObject({ code: "SCORER_INVALID", details: { index: 1, path } });
    await failure.toThrow(message);
    await failure.toThrow(/^scorer 2 \(mine\): /);
  });
});

describe("prepareScorers", () => {
  it("gives every scorer a name of its own", async () => {
    const specs = [{ type: "equals" }, { type: "equals" }, { type: "not-equals" }, { type: "regex", name: "equals" }];
    expect((await prepared(...specs)).map((s) => s.name)).toEqual(["equals", "equals#2", "not-equals", "equals#3"]);
  });

  it("applies the defaults of the schema, and what a suite says", async () => {
    const [plain, full] = await prepared(
      { type: "equals" },
      { type: "not-contains", value: "x", category: "safety", required: false, weight: 2 },
    );
    expect(plain).toMatchObject({ type: "equals", category: null, required: true, weight: 1 });
    expect(full).toMatchObject({ type: "not-contains", category: "safety", required: false, weight: 2 });
  });
});

describe("hostile patterns and outputs", () => {
  const text = `${"a".repeat(20_000)}!`;
  it.each<[string, Record<string, unknown>, Trial]>([
    ["a regex", { type: "regex", value: "(a+)+$" }, { output: text }],
    ["an extract", { type: "numeric", extract: "(a+)+$" }, { output: text, expected: 1 }],
    ["CEL's matches", { type: "expression", value: 'output.matches("(a+)+$")' }, { output: text }],
    [
      "CEL's matches with a pattern from the data",
      { type: "expression", value: "output.matches(record)" },
      { output: text, record: "(a+)+$" },
    ],
    ["a schema's pattern", { type: "is-json", value: { pattern: "^(a+)+$" } }, { output: JSON.stringify(text) }],
    ["a number", { type: "numeric", value: 1 }, { output: "1,".repeat(10_000) }],
    ["a number behind asterisks", { type: "numeric", value: 1 }, { output: `${"*".repeat(200_000)}1` }],
    [
      "a glob",
      { type: "trajectory:tool-used", value: { pattern: "*a*a*a*a*a*b" } },
      { toolCalls: [{ name: text, arguments: {} }] },
    ],
    ["brackets that never close", { type: "contains-json" }, { output: "[".repeat(500_000) }],
  ])("%s fails quickly", async (_, spec, trial) => {
    const [scorer] = await prepared(spec);
    const started = performance.now();
    expect((await scorer!.score(inputOf(trial))).pass).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
