import { AgentopsError } from "../core/errors.ts";
import { type ArtifactKind, parseRef, type Ref } from "../core/refs.ts";
import { didYouMean } from "../core/suggest.ts";
import { type Sqlite, connect } from "../state/connection.ts";
import { openRollout } from "../rollout/rollouts.store.ts";
import { currentStable, environmentsOf, releasedTargets } from "../serving/serving.store.ts";
import { existsSync } from "node:fs";
import type { Project } from "../core/project.ts";
import { storeFile } from "../state/store-file.ts";

/**
 * A ref as the store knows it: a bare name is what was released under it, `@stable` and `@candidate` are versions. Everything else
 * stays as typed. Throws REF_INVALID for a name that is released as a prompt and as an agent, VERSION_NOT_FOUND.
 */
export function storedRef(sqlite: Sqlite, environment: string, typed: string): string {
  const { kind, name, point } = parseRef(typed);
  const known = kind ?? releasedKind(sqlite, name);
  const address = known === undefined ? name : `${known}/${name}`;
  if (point.type === "channel") return `${address}@${channelVersion(sqlite, environment, address, point.channel)}`;
  return typed.includes("@") ? `${address}${typed.slice(typed.indexOf("@"))}` : address;
}

function channelVersion(sqlite: Sqlite, environment: string, address: string, channel: "stable" | "candidate"): string {
  const version =
    channel === "stable"
      ? currentStable(sqlite, environment, address)?.version
      : openRollout(sqlite, environment, address)?.candidate;
  if (version !== undefined) return version;
  throw new AgentopsError("VERSION_NOT_FOUND", `${address} has no ${channel} version in ${environment}`, {
    hint: `agentops log ${address} lists the versions; name one, e.g. ${address}@v1`,
  });
}

/** The released artifact a name means; throws ARTIFACT_NOT_FOUND with those that are, REF_INVALID. */
export function releasedTarget(sqlite: Sqlite, { kind, name }: Pick<Ref, "kind" | "name">): string {
  const known = releasedTargets(sqlite);
  const found = kind ?? releasedKind(sqlite, name);
  const target = found === undefined ? name : `${found}/${name}`;
  if (known.includes(target)) return target;
  const names = kind === undefined ? known.map((address) => address.slice(address.indexOf("/") + 1)) : known;
  throw new AgentopsError("ARTIFACT_NOT_FOUND", `${target} was never released from this store`, {
    hint: names.length === 0 ? `agentops promote ${target}@v1   releases the first version` : didYouMean(target, names),
  });
}

function releasedKind(sqlite: Sqlite, name: string): ArtifactKind | undefined {
  const kinds = (["prompts", "agents"] as const).filter((kind) => releasedTargets(sqlite).includes(`${kind}/${name}`));
  if (kinds.length < 2) return kinds[0];
  throw new AgentopsError("REF_INVALID", `${name} is both a prompt and an agent`, {
    hint: `say which: prompts/${name} or agents/${name}`,
  });
}

/** The one environment in which a target is or was served; throws USAGE when there is none, or several. */
export function onlyEnvironment(sqlite: Sqlite, target: string): string {
  const known = environmentsOf(sqlite, target);
  const [only, other] = known;
  if (only !== undefined && other === undefined) return only;
  const where = only === undefined ? "was never promoted" : `is served in ${known.join(", ")}`;
  throw new AgentopsError("USAGE", `in which environment? ${target} ${where}`, { hint: `--env ${only ?? "NAME"}` });
}

/**
 * What `@stable` or `@candidate` is in the project's environment, as a ref to a version; null without a store. Throws
 * VERSION_NOT_FOUND where nothing is served, REF_INVALID for a bare name that is released as a prompt and as an agent.
 */
export function servedVersion({ root, env, environment }: Project, { kind, name, point }: Ref): Ref | null {
  if (point.type !== "channel") return null;
  const file = storeFile(root, env);
  if (!existsSync(file)) return null;
  const sqlite = connect(file, { durability: "normal" });
  try {
    const address = kind === undefined ? name : `${kind}/${name}`;
    return parseRef(storedRef(sqlite, environment, `${address}@${point.channel}`));
  } finally {
    sqlite.close();
  }
}
