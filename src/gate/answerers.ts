import { digestOf } from "../core/canonical.ts";
import { type Config, configSchema } from "../core/config.schema.ts";
import { AgentopsError } from "../core/errors.ts";
import { displayPath, type Project } from "../core/project.ts";
import { readYaml } from "../core/yaml.ts";
import type { LoadedSuite } from "../evals/dataset/suite.ts";
import { addressOf } from "../models/definition.ts";
import type { Changes } from "../registry/changes/changed.ts";
import { KINDS } from "../registry/files.ts";
import { readArtifact } from "../registry/read.ts";
import { worktreeSource } from "../registry/source.ts";

/** A provider that answers otherwise than at the merge base, and who asks it: artifacts, and suites with a model or a judge of it. */
export interface OtherProvider {
  provider: string;
  users: string[];
}

type Models = NonNullable<Config["models"]>;

/**
 * Both sides of a comparison are answered by the providers of now, so what another definition of one changes is measured by nothing. Artifacts
 * are read only where a definition is another one.
 */
export async function otherProviders(
  project: Project,
  changes: Changes,
  suites: readonly LoadedSuite[],
): Promise<OtherProvider[]> {
  const before = await modelsBefore(project, changes);
  if (before === null) return [];
  const now = project.config.models ?? {};
  const names = [...new Set(["offline", ...Object.keys(before)])];
  const other = names.filter((name) => identity(before, name) !== identity(now, name));
  if (other.length === 0) return [];
  const pins = [...(await artifactPins(project, changes)), ...suites.flatMap(suitePins)];
  return other
    .map((provider) => {
      const users = pins.filter(([, pin]) => pin.startsWith(`${provider}/`)).map(([user]) => user);
      return { provider, users: [...new Set(users)] };
    })
    .filter(({ users }) => users.length > 0);
}

/** Null where there was no config that is valid: nothing can be said of what it meant. */
async function modelsBefore(project: Project, { before }: Changes): Promise<Models | null> {
  const file = displayPath(project.root, project.configFile);
  const text = await before.read(file).catch((error: unknown) => {
    if (error instanceof AgentopsError && error.code === "FILE_INVALID") return undefined;
    throw error;
  });
  if (text === undefined) return null;
  const config = configSchema.safeParse(readYaml(text, file).yaml?.value);
  return config.success ? (config.data.models ?? {}) : null;
}

function identity(models: Models, name: string): string | null {
  const provider = Object.hasOwn(models, name) ? models[name] : undefined;
  if (provider === undefined && name !== "offline") return null;
  return digestOf(JSON.parse(JSON.stringify(addressOf(provider ?? { kind: "offline" }))));
}

/** A new artifact has no answers of before. */
async function artifactPins(project: Project, { artifacts }: Changes): Promise<[user: string, pin: string][]> {
  const source = worktreeSource(project);
  const files = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
  const fresh = new Set(artifacts.filter(({ change }) => change === "added").map(({ address }) => address));
  const read = await Promise.all(files.map((file) => readArtifact(source, file).catch(whenInvalid)));
  return read.flatMap(
    (one): [string, string][] =>
    one === null || fresh.has(one.address)
      ? []
      : [one.model, ...(one.agent?.fallbackModels ?? [])].flatMap((pin) => (pin === undefined ? [] : [[one.address, pin]])), // prettier-ignore
  );
}

/** lint says what is wrong with it. */
function whenInvalid(error: unknown): null {
  if (error instanceof AgentopsError) return null;
  throw error;
}

function suitePins({ spec, file }: LoadedSuite): [user: string, pin: string][] {
  const judges = spec.scorers.flatMap((s) => ["model" in s ? s.model : undefined, "provider" in s ? s.provider : undefined]); // prettier-ignore
  return [spec.model, ...judges].flatMap((pin): [string, string][] => (pin === undefined ? [] : [[file, pin]]));
}
