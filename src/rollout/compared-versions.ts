import { isExternal } from "../core/external.ts";
import { changedTogether, type Parted } from "../registry/parts.ts";
import { findRelease, type ReleaseRow } from "../serving/serving.store.ts";
import type { Db } from "../state/store.ts";
import type { Rollout } from "./rollouts.store.ts";
import type { unknownOutcomes } from "./unknown-outcomes.ts";

type Units = Pick<Awaited<ReturnType<typeof unknownOutcomes>>, "control" | "candidate">;

/** Both arms with their units, and what changed at once between them. */
export async function comparedVersions(db: Db, { target, control, candidate }: Rollout, units: Units) {
  const [before, after] = [await findRelease(db, target, control), await findRelease(db, target, candidate)];
  return {
    control: { ...versionOf(control, before), ...units.control },
    candidate: { ...versionOf(candidate, after), ...units.candidate },
    changedTogether: changedIn(before, after),
  };
}

function versionOf(version: string, release: ReleaseRow | undefined) {
  return { version, digest: release?.digest ?? "" };
}

/** Of what is no version nothing is known to have changed. */
function changedIn(before: ReleaseRow | undefined, after: ReleaseRow | undefined) {
  if (before === undefined || after === undefined || isExternal(before.version)) return [];
  return changedTogether(parted(before), parted(after));
}

/** A release is the file as written; an agent's has its prompt's file within. */
function parted({ content }: ReleaseRow): Parted {
  const { promptContent, ...file } = JSON.parse(content) as { promptContent?: { model?: string }; model?: string };
  if (promptContent === undefined) return { prompt: file, agent: null, model: file.model };
  return { prompt: promptContent, agent: file, model: file.model ?? promptContent.model };
}
