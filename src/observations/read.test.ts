import { expect, test } from "vitest";
import { plainObservation, readObservation } from "./read.ts";
import { observationSchema } from "./schema.ts";

const WHOLE = {
  ...{ target: "prompts/a.b-c", version: "v12", unit: "é👩‍💻", success: false, latencyMs: 0, costUsd: 1e-9 },
  ...{ inputTokens: 0, outputTokens: 7, safe: true, breach: "pii", shadow: false, at: "2024-02-28T23:59:59.999Z" },
  ...{ taskId: "t", taskType: "refund", feature: "chat", user: "ada", session: "s", model: "m", errorCategory: "e" },
  ...{
    overridden: false,
    confidence: 0.5,
    faithfulness: 1,
    toolCalls: 2,
    toolCostUsd: 0.5,
    valueUsd: -2,
    valueHours: 0.5,
  },
  ...{ feedback: "up", state: "done", traceId: "T" },
  ...{ id: "x", rollout: "", weight: 1, servedAt: "2024-02-28T23:59:59.998Z", exposure: "e" },
};
const VALUES: unknown[] = [
  ...[undefined, null, true, false, 0, -0, 1, -1, 0.5, 1.5, NaN, Infinity, -Infinity, 2 ** 53, 2 ** 53 - 1, 1e308],
  ...[
    "",
    "x",
    "up",
    "failed",
    "v1",
    "v0",
    "v01",
    "V1",
    "prompts/x",
    "agents/x",
    "prompts/",
    "prompts/-x",
    "prompts/x.",
    "Prompts/x",
  ],
  ...["a\0b", "x".repeat(200), "x".repeat(201), "x".repeat(500), "x".repeat(501), "👩".repeat(250), "prompts/x\n"],
  ...["2024-02-30T00:00:00.000Z", "2023-02-29T00:00:00.000Z", "2024-01-01T24:00:00.000Z", "2024-01-01T00:00:60.000Z"],
  ...["2024-01-01T00:00:00Z", "2024-01-01T00:00:00+01:00", "2024-01-01T00:00:00.000z", "0000-01-01T00:00:00.000Z"],
  ...[
    "2024-12-31T23:59:59.999Z",
    "2024-02-29T23:59:59.999Z",
    "2024-06-10T00:00:00.000Z",
    "Mon, 01 Jan 2024 00:00 Z",
    "2024-01-01",
    10n,
    [],
    {},
    { reason: "policy" },
    { reason: "because" },
    new Date(0),
    () => 1,
  ],
];

test("what is taken at a glance is what the schema takes, and the same", () => {
  const candidates: unknown[] = [...VALUES, [WHOLE], { ...WHOLE, sucess: true }, { ...WHOLE, ["__proto__"]: 1 }];
  for (const key of [...Object.keys(WHOLE), "escalated", "toString", "constructor"]) {
    candidates.push(Object.fromEntries(Object.entries(WHOLE).filter(([name]) => name !== key)));
    for (const value of VALUES)
      candidates.push({ ...WHOLE, [key]: value }, { ...WHOLE, id: undefined, traceId: undefined, [key]: value });
  }
  candidates.push(
    Object.create(WHOLE),
    Object.assign(Object.create(null) as object, WHOLE),
    JSON.parse(`{"__proto__": 1}`),
  );
  let glances = 0;
  for (const candidate of candidates) {
    const slow = observationSchema.safeParse(candidate);
    const glance = plainObservation(candidate);
    if (glance !== undefined) {
      glances += 1;
      expect(slow.success && slow.data).toEqual(glance);
    }
    expect(readObservation(candidate).success).toBe(slow.success);
  }
  expect(glances).toBeGreaterThan(150);
  expect(plainObservation(WHOLE)).toEqual(WHOLE);
  expect(plainObservation(WHOLE)).not.toBe(WHOLE);
});

test("a getter is asked once: what was looked at is what is kept", () => {
  let asked = 0;
  const sly = { ...WHOLE, get version() { return ++asked === 1 ? "v1" : "not a version"; } }; // prettier-ignore
  expect(readObservation(sly)).toMatchObject({ success: true, data: { version: "v1" } });
});
