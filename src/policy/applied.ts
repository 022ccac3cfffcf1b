import { basename } from "node:path";
import { digestOf } from "../core/canonical.ts";
import { type Config, configSchema } from "../core/config.schema.ts";
import { CONFIG_FILE } from "../core/location.ts";
import type { Project } from "../core/project.ts";
import { parseYamlAs } from "../core/yaml.ts";
import { readCommitted } from "../registry/git/committed.ts";
import { findRepo } from "../registry/git/repo.ts";

/** Which rules decided, for the audit event: `--config`, or an edit that is gone by tomorrow, leaves a trace. */
export interface AppliedRules {
  /** Over the environment's policy, its place in the order, the groups of people, how candidates are staged and for whom. */
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
  const { branch, config } = await committedConfig(project);
  const isSame = config !== null && digestIn(config, environment) === digest;
  return {
    applied: { digest, file: basename(project.configFile), committed: isSame },
    mustBeCommitted: [config, project.config].some((one) => one?.policy?.[environment]?.committed === true),
    branch,
  };
}

function digestIn(
  { policy = {}, people, rollout, cohorts, environments = ["production"] }: Config,
  environment: string,
): string {
  const groups = people?.groups ?? {};
  const staged = { rollout: rollout ?? {}, ...(cohorts !== undefined && { cohorts }) };
  return digestOf({ rules: policy[environment] ?? {}, groups, ...staged, environments });
}

/** Null where there is none, or it is one that no command takes. */
async function committedConfig(project: Project): Promise<{ branch: string; config: Config | null }> {
  const repo = await findRepo(project);
  if (repo === null) return { branch: "HEAD", config: null };
  const { branch, text } = await readCommitted(repo, `${repo.prefix}${CONFIG_FILE}`);
  try {
    const config =
      text === null ? null : parseYamlAs(configSchema, text, CONFIG_FILE, { code: "CONFIG_INVALID" }).value;
    return { branch, config };
  } catch {
    return { branch, config: null };
  }
}
