import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { REPO } from "../../../testing/project.ts";
import { refusalIn } from "./refusal.ts";

interface Labelled {
  language: string;
  refusal: boolean;
  answer: string;
}

const labelled = (file: string) =>
  readFileSync(join(REPO, "fixtures/refusals", file), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Labelled);

const ANSWERS = labelled("answers.jsonl");

const GROUPS: Record<string, string[]> = {
  English: ["en"],
  German: ["de"],
  Romance: ["fr", "es", "it", "pt"],
  "East Asian": ["zh", "ja"],
};

describe("on the labelled answers, written before the patterns were read", () => {
  it.each(Object.entries(GROUPS))("%s: every refusal is found, and nothing else", (_, languages) => {
    const own = ANSWERS.filter(({ language }) => languages.includes(language));
    expect(own.filter(({ refusal }) => refusal).length).toBeGreaterThanOrEqual(25);
    expect(own.filter(({ refusal }) => !refusal).length).toBeGreaterThanOrEqual(25);
    expect(own.filter(({ refusal, answer }) => (refusalIn(answer) !== undefined) !== refusal)).toEqual([]);
  });
});

test("on unusual ones, written after the patterns, it finds a quarter and nothing else: what it can know", () => {
  const later = labelled("later.jsonl");
  const found = (refusal: boolean) =>
    later.filter((one) => one.refusal === refusal && refusalIn(one.answer) !== undefined).length;
  expect([later.length, found(true), found(false)]).toEqual([76, 10, 0]);
});

test.each([
  ["I cannot start the cancellation process without the reservation IDs. Could you send them?", undefined],
  ["If any part was flown, I won't be able to assist with it. Was it?", undefined],
  [
    "Your booking is older than 24 hours. Unfortunately, under the policy I cannot cancel it.",
    /^Unfortunately.*cannot cancel$/,
  ],
  ["I'm unable to remove a passenger from a reservation.", /unable to remove$/],
  ["I'm unable to locate that order. Is it 5512?", undefined],
  ["\"I'm sorry, but I can't help with that.\"", /can't help/],
  ["I can't wait to help you! The answer is 4.", undefined],
  ["We can't thank you enough for writing to us.", undefined],
  ["As an AI language model, I do not have feelings, but 2+2 = 4.", undefined],
  ["As an AI, I don't have personal opinions, but many people like the first one.", undefined],
  ["As an AI, I don't have feelings, but I can't help with that.", /can't help/],
  ["He said 'I can't help with that' and left.", undefined],
  ["He said ‘I can’t help with that’ and left.", undefined],
  ["The users' data is private. I can't share it.", /I can't share/],
  ["'I can't help with that'", /can't help/],
  ['He said "I can\'t help with that" and left.', undefined],
])("%s", (answer, found) => {
  if (found === undefined) expect(refusalIn(answer)).toBeUndefined();
  else expect(refusalIn(answer)).toMatch(found);
});
