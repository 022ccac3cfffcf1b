import { type Config, configSchema } from "../core/config.schema.ts";
import { CONFIG_FILE } from "../core/location.ts";
import { parseYamlAs } from "../core/yaml.ts";
import { readCommitted } from "../registry/git/committed.ts";
import { fileAt } from "../registry/git/objects.ts";
import type { Repo } from "../registry/git/repo.ts";

/** The project's config as the default branch has it; null where there is none, or it is one that no command takes. */
export async function committedConfig(repo: Repo): Promise<{ branch: string; config: Config | null }> {
  const { branch, text } = await readCommitted(repo, pathOf(repo));
  return { branch, config: parsed(text) };
}

/** Who answers, as a commit says it; one without a config names nobody. Null where no command takes its config. */
export async function modelsAt(repo: Repo, commit: string): Promise<Pick<Config, "models" | "pricing"> | null> {
  const text = await fileAt(repo, commit, pathOf(repo));
  return text === null ? {} : parsed(text);
}

function pathOf({ prefix }: Repo): string {
  return `${prefix}${CONFIG_FILE}`;
}

function parsed(text: string | null): Config | null {
  if (text === null) return null;
  try {
    return parseYamlAs(configSchema, text, CONFIG_FILE, { code: "CONFIG_INVALID" }).value;
  } catch {
    return null;
  }
}
