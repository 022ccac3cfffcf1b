import type { Path, YamlFile } from "./yaml.ts";

/** A value that is in force, and what gave it. */
export interface Setting {
  /** `limits.concurrency`, `policy.production.approvals`; of a list `environments.0`. */
  key: string;
  value: unknown;
  /** `agentops.config.yaml:3`, `--env`, `AGENTOPS_STORE`, `git`, or `default`. */
  origin: string;
}

/** Every value that a config file says, with its line. */
export function settingsIn(yaml: YamlFile): Setting[] {
  return leavesOf(yaml.value, []).map(({ path, value }) => ({
    key: path.join("."),
    value,
    origin: `${yaml.file}:${yaml.locate(path).line}`,
  }));
}

function leavesOf(value: unknown, path: Path): { path: Path; value: unknown }[] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (inner.length === 0) return [{ path, value }];
  const key = (text: string) => (Array.isArray(value) ? Number(text) : text);
  return inner.flatMap(([name, each]) => leavesOf(each, [...path, key(name)]));
}
