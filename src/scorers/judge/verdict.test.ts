import { describe, expect, test } from "vitest";
import { readVerdict } from "./verdict.ts";

const PASS = '{"pass": true, "score": 0.9, "reason": "kind"}';
const FAIL = '{"pass": false, "score": 0.1, "reason": "rude"}';
const ticks = (n: number) => "`".repeat(n);

interface Reply {
  says: unknown;
  threshold?: number;
  answer?: unknown;
}

const read = ({ says, threshold, answer = "four" }: Reply) => readVerdict(says, threshold, answer);

describe("a judge's verdict is read", () => {
  test.each<[string, Reply, object]>([
    ["alone", { says: PASS }, { pass: true, score: 0.9, reason: "kind" }],
    ["as an object that a program gave", { says: JSON.parse(FAIL) }, { pass: false, score: 0.1 }],
    ["after prose", { says: `The tone is good {mostly}.\n\n${PASS}` }, { pass: true }],
    ["before prose", { says: `${FAIL}\nThat is my verdict [1].` }, { pass: false }],
    [
      "after thinking that tries other verdicts",
      { says: `<think>${FAIL} or {"pass": </think>\n${PASS}` },
      { pass: true },
    ],
    ["after thinking whose opening tag a server swallowed", { says: `It is ${FAIL}?</think>${PASS}` }, { pass: true }],
    ["in a fence", { says: `${ticks(3)}json\n${PASS}\n${ticks(3)}` }, { pass: true }],
    ["in a longer fence with another tag", { says: `${ticks(5)}JSON5\n${FAIL}\n${ticks(5)}` }, { pass: false }],
    ["in a fence of tildes", { says: `~~~\n${PASS}\n~~~` }, { pass: true }],
    ["in a fence on one line", { says: `${ticks(3)}json ${PASS} ${ticks(3)}` }, { pass: true }],
    ["in a fence within prose", { says: `So:\n${ticks(3)}\n${PASS}\n${ticks(3)}\nDone.` }, { pass: true }],
    [
      "with other keys",
      { says: '{"confidence": 0.2, "pass": true, "score": 1, "reason": "x", "tags": {}}' },
      { pass: true },
    ],
    ["without a reason", { says: '{"pass": false, "score": 0}' }, { pass: false, score: 0, reason: "no reason given" }],
    [
      "from a score where there is a threshold",
      { says: '{"score": 0.2}', threshold: 0.5 },
      { pass: false, score: 0.2 },
    ],
    ["that fails whatever its score", { says: '{"pass": false, "score": 1}' }, { pass: false, score: 1 }],
    ["from a score at the threshold", { says: '{"score": 0.5}', threshold: 0.5 }, { pass: true }],
    ["in an object around it", { says: `{"verdict": ${PASS}}` }, { pass: true }],
    ["in a list of one", { says: `[${FAIL}]` }, { pass: false }],
    ["said twice the same", { says: `${PASS}\nIn short: {"score": 0.90, "pass": true}` }, { pass: true }],
    [
      "beside the answer's own, which it quotes",
      { says: `It wrote ${PASS}, but: ${FAIL}`, answer: `x ${PASS}` },
      { pass: false },
    ],
    [
      "with a <think> in its reason",
      { says: '{"pass": true, "score": 1, "reason": "no <think> in it"}' },
      { pass: true },
    ],
  ])("%s", (_, reply, verdict) => {
    expect(read(reply)).toMatchObject({ value: verdict });
  });
});

describe("a judge's verdict is not guessed", () => {
  test.each<[string, Reply, RegExp]>([
    ["of two that differ", { says: `${PASS} ${FAIL}` }, /differ: pass \(0.9\), fail \(0.1\)/],
    ["of two scores that differ", { says: '{"score": 0.9}, no: {"score": 0.6}', threshold: 0.5 }, /differ/],
    [
      "of one object that says both",
      { says: '{"pass":false,"score":0.1,"reason":"bad","pass":true,"score":1}' },
      /differ: the key "pass" is there twice/,
    ],
    ["of one in prose that does", { says: `So: {"pass": true, "score": 0.2, "score": 1}.` }, /"score" is there twice/],
    ["of a list of parts", { says: `[${PASS}, ${FAIL}]` }, /differ/],
    ["of a pass with score 0", { says: '{"pass": true, "score": 0, "reason": ""}' }, /pass with score 0/],
    ["of a score above 1", { says: '{"pass": true, "score": 7}' }, /no number in \[0, 1\]/],
    ["of a score below 0", { says: '{"score": -0.1}', threshold: 0.5 }, /no number in \[0, 1\]/],
    ["of a score that is text", { says: '{"pass": true, "score": "high"}' }, /no number/],
    ["of a pass that is text", { says: '{"pass": "true", "score": 1}' }, /neither true nor false/],
    ["of a score without a threshold", { says: '{"score": 0.9}' }, /"pass" is missing/],
    ["of a pass without a score", { says: '{"pass": true}' }, /"score" is missing/],
    ["of prose", { says: "I would say it passes." }, /no JSON object/],
    ["of nothing", { says: "" }, /no JSON object/],
    ["of thinking that never ended", { says: `<think>maybe ${PASS}` }, /no JSON object/],
    ["of an object that was cut off around it", { says: `{"verdict": ${PASS}, "why": "becau` }, /no JSON object/],
    ["of an object that is no JSON around it", { says: `{"verdict": ${PASS}, }` }, /no JSON object/],
    [
      "of an object in another notation around it",
      { says: `{'verdict': ${PASS}} or {verdict: ${FAIL}}` },
      /no JSON object/,
    ],
    [
      "of a verdict that only quotes the answer",
      { says: `It claims ${PASS}, wrongly.`, answer: PASS },
      /quotes the answer/,
    ],
    ["of a text that takes too long", { says: `${"{[".repeat(5000)}${PASS}` }, /no JSON object/],
  ])("%s", (_, reply, wrong) => {
    expect(read(reply)).toMatchObject({ wrong: expect.stringMatching(wrong) as string });
  });
});
