import { describe, expect, test } from "vitest";
import { z } from "zod";
import { configSchema } from "../core/config.schema.ts";
import { calibrationSchema } from "../evals/calibration/schema.ts";
import { suiteSchema } from "../evals/dataset/schema.ts";
import { agentSchema } from "../registry/agent.schema.ts";
import { promptSchema } from "../registry/schema.ts";
import { factorialSchema } from "../comparison/factorial/schema.ts";
import { diffSchema } from "../comparison/schema.ts";
import { evaluationSchema } from "../gate/evaluation.schema.ts";
import { gateDocumentSchema } from "../gate/gate.schema.ts";
import { gatePlanSchema } from "../gate/plan/plan.schema.ts";
import { canaryCalibrationSchema } from "../operations/calibration/schema.ts";
import { canaryShadowSchema } from "../operations/shadow/schema.ts";
import { historySchema } from "../operations/history/schema.ts";
import { rolloutEndSchema } from "../operations/rollout-end.schema.ts";
import { freezeSchema } from "../operations/freeze.ts";
import { killSchema } from "../kill/schema.ts";
import { statusSchema } from "../status/schema.ts";
import { approvalSchema, approvalsSchema } from "../approvals/schema.ts";
import { evidenceImportSchema, evidenceSchema } from "../policy/evidence/evidence.schema.ts";
import { releaseSchema } from "../operations/release.schema.ts";
import { observationSchema, observedSchema } from "../observations/schema.ts";
import { statsSchema } from "../planning/schema.ts";
import { replaySchema, rolloutSchema, rolloutsSchema } from "../rollout/schema.ts";
import { resolutionSchema } from "../serving/schema.ts";
import { backupSchema, copySchema, migrationSchema, pruneSchema, storeCheckSchema, storeSchema } from "../upkeep/store/schema.ts"; // prettier-ignore
import { traceForgetSchema, traceImportSchema, traceSchema, tracesSchema } from "../traces/schema.ts";
import { collectSchema } from "../server/collect/schema.ts";
import { doctorSchema } from "../upkeep/doctor/schema.ts";

/** The published JSON Schemas are the zod schemas; `npx vitest run src/report/schemas.test.ts -u` writes them anew. */
describe("schemas/", () => {
  test.each([
    ["config", configSchema, "agentops.config.yaml"],
    ["prompt", promptSchema, "prompts/*.prompt.yml"],
    ["agent", agentSchema, "agents/*.agent.yml"],
    ["suite", suiteSchema, "evals/*.suite.yml"],
    ["eval", evaluationSchema, "agentops eval --json"],
    ["factorial", factorialSchema, "agentops eval --factorial --json"],
    ["diff", diffSchema, "agentops diff --json"],
    ["gate", gateDocumentSchema, "agentops gate --json"],
    ["gate-plan", gatePlanSchema, "agentops gate --dry-run --json"],
    ["judge", calibrationSchema, "agentops judge calibrate --json"],
    ["rollout-end", rolloutEndSchema, "what a channel is told of a rollout that ends by itself"],
    ["freeze", freezeSchema, "agentops freeze --json, agentops unfreeze --json"],
    ["kill", killSchema, "agentops kill --json, agentops revive --json"],
    ["rollout", rolloutSchema, "agentops canary start|status|advance|watch --json"],
    ["rollouts", rolloutsSchema, "agentops canary status --json"],
    ["replay", replaySchema, "agentops canary status NAME --replay --json"],
    ["canary-calibration", canaryCalibrationSchema, "agentops canary calibrate NAME --json"],
    ["canary-shadow", canaryShadowSchema, "agentops canary shadow --json"],
    ["status", statusSchema, "agentops status --json"],
    ["release", releaseSchema, "agentops promote --json, agentops rollback --json"],
    ["history", historySchema, "agentops history --json"],
    ["approval", approvalSchema, "agentops approvals approve --json"],
    ["approvals", approvalsSchema, "agentops approvals list --json"],
    ["evidence", evidenceSchema, "agentops runs export --format evidence"],
    ["evidence-import", evidenceImportSchema, "agentops runs import --json"],
    ["observation", observationSchema, "agentops observe, one line"],
    ["observed", observedSchema, "agentops observe --json"],
    ["resolution", resolutionSchema, "agentops resolve --json"],
    ["doctor", doctorSchema, "agentops doctor --json"],
    ["store", storeSchema, "agentops store info --json"],
    ["store-migration", migrationSchema, "agentops store migrate --json"],
    ["store-check", storeCheckSchema, "agentops store check --json"],
    ["store-backup", backupSchema, "agentops store backup --json"],
    ["store-prune", pruneSchema, "agentops store prune --json"],
    ["store-copy", copySchema, "agentops store copy --json"],
    ["collect", collectSchema, "agentops collect --json"],
    ["trace", traceSchema, "agentops trace show --json"],
    ["traces", tracesSchema, "agentops trace list --json"],
    ["trace-import", traceImportSchema, "agentops trace import --json"],
    ["trace-forget", traceForgetSchema, "agentops trace forget --json"],
    ["stats", statsSchema, "agentops stats ACTION --json"],
  ] as const)("%s.schema.json is what the code checks", async (name, schema, title) => {
    const generated = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title,
      ...z.toJSONSchema(schema, { io: "input", reused: "ref" }),
    };
    await expect(`${JSON.stringify(generated, null, 2)}\n`).toMatchFileSnapshot(`../../schemas/${name}.schema.json`);
  });
});
