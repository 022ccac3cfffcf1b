import { basename } from "node:path";
import { digestOf } from "../core/canonical.ts";
import type { Config } from "../core/config.schema.ts";
import type { Project } from "../core/project.ts";
import { findRepo } from "../registry/git/repo.ts";
import { committedConfig } from "./committed-config.ts";

/** Which rules decided, for the audit event: `--config`, or an edit that is gone by tomorrow, leaves a trace. */
export interface AppliedRules {
  /** Over the environment's policy, its place in the order, the groups of people, how candidates are staged and for whom, what evidence may lose. */
  digest: string;
  file: string;
  /** Whether they are those of the project's config on the default branch. */
  committed: boolean;
}

/** The same, and whether the committed rules, or these, take no others. */
export interface RulesCase {
  applied: AppliedRules;
  mustBeCommitted: boolean;
  branch: string;
}

export async function rulesCase(project: Project, environment: string): Promise<RulesCase> {
  const digest = digestIn(project.config, environment);
  const repo = await findRepo(project);
  const { branch, config } = repo === null ? { branch: "HEAD", config: null } : await committedConfig(repo);
  const isSame = config !== null && digestIn(config, environment) === digest;
  return {
    applied: { digest, file: basename(project.configFile), committed: isSame },
    mustBeCommitted: [config, project.config].some((one) => one?.policy?.[environment]?.committed === true),
    branch,
  };
}

function digestIn(
  { policy = {}, people, rollout, cohorts, environments = ["production"], limits }: Config,
  environment: string,
): string {
  const groups = people?.groups ?? {};
  const staged = { rollout: rollout ?? {}, ...(cohorts !== undefined && { cohorts }) };
  // How many trials may be lost decides what is evidence.
  const { maxErrorRate } = limits ?? {};
  const lost = maxErrorRate === undefined ? {} : { maxErrorRate };
  return digestOf({ rules: policy[environment] ?? {}, groups, ...staged, environments, ...lost });
}
