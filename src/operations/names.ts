import { AgentopsError } from "../core/errors.ts";
import { type ArtifactKind, parseRef, type Ref } from "../core/refs.ts";
import { didYouMean } from "../core/suggest.ts";
import type { StoreAddress } from "../state/address.ts";
import { openStore } from "../state/open.ts";
import type { Db } from "../state/store.ts";
import { openRollout } from "../rollout/rollouts.store.ts";
import { currentStable, environmentsOf, releasedTargets } from "../serving/serving.store.ts";
import { existsSync } from "node:fs";
import type { Project } from "../core/project.ts";

/**
 * A ref as the store knows it: a bare name is what was released under it, `@stable` and `@candidate` are versions. Everything else
 * stays as typed. Throws REF_INVALID for a name that is released as a prompt and as an agent, VERSION_NOT_FOUND.
 */
export async function storedRef(db: Db, environment: string, typed: string): Promise<string> {
  const { kind, name, point } = parseRef(typed);
  const known = kind ?? (await releasedKind(db, name));
  const address = known === undefined ? name : `${known}/${name}`;
  if (point.type === "channel") return `${address}@${await channelVersion(db, environment, address, point.channel)}`;
  return typed.includes("@") ? `${address}${typed.slice(typed.indexOf("@"))}` : address;
}

async function channelVersion(
  db: Db,
  environment: string,
  address: string,
  channel: "stable" | "candidate",
): Promise<string> {
  const version =
    channel === "stable"
      ? (await currentStable(db, environment, address))?.version
      : (await openRollout(db, environment, address))?.candidate;
  if (version !== undefined) return version;
  throw new AgentopsError("VERSION_NOT_FOUND", `${address} has no ${channel} version in ${environment}`, {
    hint: `agentops log ${address} lists the versions; name one, e.g. ${address}@v1`,
  });
}

/** The released artifact a name means; throws ARTIFACT_NOT_FOUND with those that are, REF_INVALID. */
export async function releasedTarget(db: Db, { kind, name }: Pick<Ref, "kind" | "name">): Promise<string> {
  const known = await releasedTargets(db);
  const found = kind ?? (await releasedKind(db, name));
  const target = found === undefined ? name : `${found}/${name}`;
  if (known.includes(target)) return target;
  const names = kind === undefined ? known.map((address) => address.slice(address.indexOf("/") + 1)) : known;
  throw new AgentopsError("ARTIFACT_NOT_FOUND", `${target} was never released from this store`, {
    hint: names.length === 0 ? `agentops promote ${target}@v1   releases the first version` : didYouMean(target, names),
  });
}

async function releasedKind(db: Db, name: string): Promise<ArtifactKind | undefined> {
  const known = await releasedTargets(db);
  const kinds = (["prompts", "agents"] as const).filter((kind) => known.includes(`${kind}/${name}`));
  if (kinds.length < 2) return kinds[0];
  throw new AgentopsError("REF_INVALID", `${name} is both a prompt and an agent`, {
    hint: `say which: prompts/${name} or agents/${name}`,
  });
}

/** The one environment in which a target is or was served; throws USAGE when there is none, or several. */
export async function onlyEnvironment(db: Db, target: string): Promise<string> {
  const known = await environmentsOf(db, target);
  const [only, other] = known;
  if (only !== undefined && other === undefined) return only;
  const where = only === undefined ? "was never promoted" : `is served in ${known.join(", ")}`;
  throw new AgentopsError("USAGE", `in which environment? ${target} ${where}`, { hint: `--env ${only ?? "NAME"}` });
}

/**
 * What `@stable` or `@candidate` is in the project's environment, as a ref to a version; null without a store. Throws
 * VERSION_NOT_FOUND where nothing is served, REF_INVALID for a bare name that is released as a prompt and as an agent.
 */
export async function servedVersion(
  address: StoreAddress,
  { environment }: Project,
  { kind, name, point }: Ref,
): Promise<Ref | null> {
  if (point.type !== "channel") return null;
  const named = kind === undefined ? name : `${kind}/${name}`;
  return ifThere(address, async (db) => parseRef(await storedRef(db, environment, `${named}@${point.channel}`)));
}

async function ifThere<T>(address: StoreAddress, ask: (db: Db) => Promise<T>): Promise<T | null> {
  if (address.file !== null && !existsSync(address.file)) return null;
  const store = await openStore(address, { durability: "normal" });
  try {
    return await ask(store.db);
  } finally {
    await store.close();
  }
}
