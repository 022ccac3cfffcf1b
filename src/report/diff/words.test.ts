import { expect, test } from "vitest";
import type { ComparedMetric } from "../../comparison/schema.ts";
import { remarksOn } from "./words.ts";

const p50 = { name: "latencyMs.p50", role: "other", ci95: [4.2, 87.3], remarks: ["said"] } as unknown as ComparedMetric;

test.each<[string, Partial<ComparedMetric>, string[]]>([
  ["a guardrail", { role: "guardrail", verdict: "inconclusive", pValue: 0.5 }, ["latencyMs.p50: said"]],
  ["one that informs: its p95 has said it", { verdict: "inconclusive", pValue: 0.5 }, []],
  ["one that informs, whose interval its verdict is not by", { verdict: "inconclusive", pValue: 0.031 }, ["latencyMs.p50: said"]],
  ["one that informs and is decided", { verdict: "worse", pValue: 0.001 }, []],
  ["cost per success, which has an interval of its ratio only", { name: "costUsd.perSuccess", ci95: null, verdict: "inconclusive", pValue: 1 }, ["costUsd.perSuccess: said"]],
])("a remark is shown of %s", (_, over, shown) => expect(remarksOn([{ ...p50, ...over }])).toEqual(shown)); // prettier-ignore
