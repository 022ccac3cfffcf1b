import { digestOf } from "../../core/canonical.ts";
import { AgentopsError } from "../../core/errors.ts";
import { placeIn, readJson } from "../../core/json.ts";
import type { RunInput } from "../../evals/inputs/schema.ts";
import { findRun, type RunRow, specOf } from "../../evals/run/runs.store.ts";
import type { EvaluatedRun } from "../../gate/evaluation.schema.ts";
import type { RunStore } from "../../state/runs.ts";
import { type Evidence, evidenceBeforeSchema, type EvidenceDocument, evidenceSchema } from "./evidence.schema.ts";
import type { ControlContent, EvidenceKind } from "./found.ts";
import { whyNotWhole, whyUntold } from "./whole.ts";

/** What a run was compared with, as far as evidence goes. */
export interface ComparedWith {
  kind: EvidenceKind;
  control: ControlContent | null;
  /** What it was made of and its control was; undefined when one of the two does not say. */
  inputs: RunInput[] | undefined;
}

/**
 * A comparison is as good as both its sides: what made the control's run worse made the candidate better. One with the same content
 * compares nothing, and what it was compared with must still be there.
 */
export async function comparedWith(store: RunStore, row: RunRow): Promise<ComparedWith> {
  const { control, inputs } = specOf(row);
  if (control === undefined) return { kind: "bounds", control: null, inputs };
  const other = await findRun(store, control).catch((error: unknown) => {
    if (error instanceof AgentopsError && error.code === "RUN_NOT_FOUND") return null;
    throw error;
  });
  if (other === null) return { kind: "gate", control: null, inputs };
  const { targetDigest: digest, targetVersion: version } = other;
  if (digest === row.targetDigest) return { kind: "bounds", control: null, inputs };
  const others = specOf(other);
  const known = inputs !== undefined && whyUntold(others) === undefined;
  const made = known ? union(inputs, others.inputs ?? []) : undefined;
  const own = others.target?.agent?.model ?? others.target?.prompt.model;
  const named = digest === null ? null : { digest, version, ...(other.model !== own && { model: other.model }) };
  return { kind: "gate", control: named, inputs: made };
}

function union(inputs: readonly RunInput[], others: readonly RunInput[]): RunInput[] {
  const has = (other: RunInput) =>
    inputs.some(({ path, blob, pin }) => path === other.path && blob === other.blob && pin === other.pin);
  return [...inputs, ...others.filter((other) => !has(other))];
}

/** A judged run as evidence. Throws USAGE for one that is not whole, or judged no published or publishable content. */
export function evidenceDocument(
  row: RunRow,
  run: EvaluatedRun,
  { version, agentops, compared }: { version: string | null; agentops: string; compared: ComparedWith },
): Evidence {
  const { digest, model } = run.target;
  const { kind, control, inputs } = compared;
  const unfit = digest === null ? "judged no artifact" : whyNotWhole(row, { ...specOf(row), inputs });
  if (unfit !== undefined || digest === null || inputs === undefined) {
    const going = !["complete", "stopped"].includes(row.status);
    throw new AgentopsError("USAGE", `run ${row.id} is no evidence: it ${unfit ?? ""}`, {
      hint: going ? `agentops eval --resume ${row.id}` : `agentops eval ${row.suite}   ${WHOLE}`,
    });
  }
  const { cases, trials, planned, scored, errors, succeeded } = run;
  return sealed({
    schema: "agentops.evidence/2",
    kind,
    control,
    inputs,
    target: { address: row.targetRef, version, digest, model },
    suite: { name: row.suite, digest: row.suiteDigest },
    verdict: run.verdict,
    checks: run.checks,
    metrics: run.metrics,
    counts: { cases, trials, planned, scored, errors, succeeded },
    runId: row.id,
    actor: row.actor,
    createdAt: row.createdAt,
    agentops,
  });
}

const WHOLE = "in a git repository, without --sample, --filter and fewer --trials";

function sealed(content: Omit<Evidence, "digest">): Evidence {
  // What JSON does not know, an undefined say, must not be in the digest.
  const plain = JSON.parse(JSON.stringify(content)) as Omit<Evidence, "digest">;
  return { ...plain, digest: digestOf(plain) };
}

/** The document a text holds; throws FILE_INVALID when it is no evidence or was changed. `where` names it in the message. */
export function readEvidence(text: string, where: string): EvidenceDocument {
  const value = parsed(text, where);
  const before = (value as { schema?: unknown } | null)?.schema === "agentops.evidence/1";
  const found = (before ? evidenceBeforeSchema : evidenceSchema).safeParse(value);
  if (!found.success) {
    const [issue] = found.error.issues;
    throw notEvidence(where, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
  }
  // Also of keys that a newer agentops may add.
  const { digest, ...content } = value as EvidenceDocument;
  if (digestOf(content) === digest) return found.data;
  throw new AgentopsError("FILE_INVALID", `${where}: its digest does not fit: it was changed after it was written`, {
    hint: `on the machine that ran it: agentops runs export ${found.data.runId} --format evidence`,
  });
}

function parsed(text: string, where: string): unknown {
  const json = readJson(text);
  if ("value" in json) return json.value;
  const { offset, message, hint, syntax } = json.problem;
  if (syntax) throw notEvidence(where, message);
  const { line, column } = placeIn(text, offset);
  // Of a file of many documents, `where` has the line already.
  const place = /:\d+$/.test(where) ? `${where}:${column}` : `${where}:${line}:${column}`;
  throw new AgentopsError("FILE_INVALID", `${place}: ${message}`, { hint });
}

function notEvidence(where: string, why: string): AgentopsError {
  return new AgentopsError("FILE_INVALID", `${where}: no agentops.evidence/2: ${why}`, {
    hint: "agentops runs export RUN --format evidence --output FILE",
  });
}
