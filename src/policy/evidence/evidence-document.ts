import { digestOf } from "../../core/canonical.ts";
import { AgentopsError } from "../../core/errors.ts";
import { type RunRow, specOf } from "../../evals/run/runs.store.ts";
import type { EvaluatedRun } from "../../gate/evaluation.schema.ts";
import { type EvidenceDocument, evidenceSchema } from "./evidence.schema.ts";

/** A judged run as evidence. Throws USAGE for one that is not complete or judged no published or publishable content. */
export function evidenceDocument(
  row: RunRow,
  run: EvaluatedRun,
  { version, agentops }: { version: string | null; agentops: string },
): EvidenceDocument {
  const { digest, model } = run.target;
  if (specOf(row).partial === true) {
    throw new AgentopsError("USAGE", `run ${row.id} is no evidence: it judged only some of the cases`, {
      hint: `agentops eval ${row.suite}   without --sample and --filter`,
    });
  }
  if (row.status !== "complete" || digest === null) {
    const why = digest === null ? "it judged no artifact" : `it is ${row.status}`;
    throw new AgentopsError("USAGE", `run ${row.id} is no evidence: ${why}`, {
      hint: digest === null ? "agentops eval SUITE --target REF" : `agentops eval --resume ${row.id}`,
    });
  }
  const { cases, trials, planned, scored, errors, succeeded } = run;
  return sealed({
    schema: "agentops.evidence/1",
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

function sealed(content: Omit<EvidenceDocument, "digest">): EvidenceDocument {
  // What JSON does not know, an undefined say, must not be in the digest.
  const plain = JSON.parse(JSON.stringify(content)) as Omit<EvidenceDocument, "digest">;
  return { ...plain, digest: digestOf(plain) };
}

/** The document a text holds; throws FILE_INVALID when it is no evidence or was changed. `where` names it in the message. */
export function readEvidence(text: string, where: string): EvidenceDocument {
  const value = parsed(text, where);
  const found = evidenceSchema.safeParse(value);
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
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw notEvidence(where, "not JSON");
  }
}

function notEvidence(where: string, why: string): AgentopsError {
  return new AgentopsError("FILE_INVALID", `${where}: no agentops.evidence/1: ${why}`, {
    hint: "agentops runs export RUN --format evidence --output FILE",
  });
}
