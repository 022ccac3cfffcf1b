import type { Project } from "../core/project.ts";
import type { LoadedSuite } from "../evals/dataset/suite.ts";
import type { ChangedArtifact, Changes } from "../registry/changes/changed.ts";
import { type Affected, orphaned } from "./affected.ts";
import type { OtherProvider } from "./answerers.ts";
import type { GateNote, GateRunFound } from "./found.ts";
import { datasetOf } from "./yardstick.ts";

interface Judged {
  /** As it was named. */
  base: string;
  changes: Changes;
  suites: readonly LoadedSuite[];
  affected: readonly Affected[];
  /** Changed artifacts nothing was run for. */
  without: readonly ChangedArtifact[];
  /** Judged, or as they will be at best. */
  runs: readonly Pick<GateRunFound, "verdict" | "suiteFile" | "artifact">[];
  others: readonly OtherProvider[];
  submodules: readonly string[];
}

/** What a reader of a gate's verdict must know beside it. */
export async function gateNotes(project: Project, judged: Judged): Promise<GateNote[]> {
  const { base, changes, suites, affected, without, runs, others, submodules } = judged;
  const gateless = runs.filter(({ verdict }) => verdict === "none");
  const fresh = affected.filter(({ artifact }) => artifact.change === "added" && artifact.gone.length === 0);
  const orphans = orphaned(changes.artifacts.filter(({ movedTo }) => movedTo === null), suites); // prettier-ignore
  return [
    ...comparedWith(project, base, changes),
    ...others.map((other): GateNote => ({ code: "provider-changed", ...other })),
    ...submodules.map((path): GateNote => ({ code: "submodule-changed", path })),
    ...without.map((artifact) => unmeasuredNote(artifact, suites)),
    ...(suites.length === 0 && without.length > 0 ? absentNotes(changes) : []),
    ...notRun(affected, runs),
    ...gateless.map(({ suiteFile, artifact }): GateNote => ({ code: "no-gate", suiteFile, artifact })),
    ...fresh.map(({ artifact, suite }): GateNote => ({
      code: "new",
      artifact: artifact.address,
      suite: suite.spec.name,
    })),
    ...changes.invalid.map(({ address, message }): GateNote => ({
      code: "invalid-control",
      artifact: address,
      message,
    })),
    ...orphans.map(({ artifact, suite }): GateNote => ({
      code: "orphaned",
      artifact: artifact.address,
      suiteFile: suite.file,
    })),
    ...(await yardsticks(project, affected, changes)),
    ...changes.partlyStaged.map((file): GateNote => ({ code: "partly-staged", file })),
  ];
}

/** What the worktree was compared with, where that is not what one would think. */
function comparedWith({ env }: Project, name: string, { base, itself, movedFrom, artifacts }: Changes): GateNote[] {
  const job = env["GITHUB_ACTIONS"] ? "github" : env["GITLAB_CI"] ? "gitlab" : null;
  const is = base.commit === base.head ? "head" : "ahead";
  return [
    ...(itself ? [{ code: "itself", base: name, commit: base.head, is, job } as const] : []),
    ...(base.ref !== null && base.others.length > 0
      ? [{ code: "ambiguous-base", base: name, ref: base.ref, others: base.others } as const]
      : []),
    ...(movedFrom === null ? [] : [{ code: "moved", from: movedFrom } as const]),
    ...artifacts.flatMap(({ address: artifact, from }): GateNote[] => (from === null ? [] : [{ code: "renamed", artifact, from }])), // prettier-ignore
    ...artifacts.flatMap(({ address: artifact, movedTo: to }): GateNote[] => (to === null ? [] : [{ code: "moved-away", artifact, to }])), // prettier-ignore
    ...artifacts.flatMap(({ address: artifact, gone }): GateNote[] => (gone.length === 0 ? [] : [{ code: "replaced", artifact, gone }])), // prettier-ignore
  ];
}

function absentNotes({ absentSuites }: Changes): GateNote[] {
  const files = absentSuites.map(({ path }) => path);
  return files.length === 0 ? [] : [{ code: "suites-absent", files }];
}

/** A run that failed from outside ends the gate: what was to come would have failed alike. */
function notRun(affected: readonly Affected[], runs: readonly unknown[]): GateNote[] {
  const left = affected.slice(runs.length).map(({ suite, artifact }) => `${suite.spec.name} on ${artifact.address}`);
  return left.length === 0 ? [] : [{ code: "not-run", suites: left }];
}

function unmeasuredNote({ address, candidate }: ChangedArtifact, suites: readonly LoadedSuite[]): GateNote {
  const wanted = candidate?.agent?.evals ?? [];
  const missingSuites = wanted.filter((name) => !suites.some(({ spec }) => spec.name === name));
  return { code: "unmeasured", artifact: address, missingSuites };
}

/** A branch that changes the suite or its cases is judged by its own: the reviewer has to look at them. */
async function yardsticks(project: Project, affected: readonly Affected[], changes: Changes): Promise<GateNote[]> {
  const files = new Set(affected.flatMap(({ suite }) => [suite.file, ...datasetOf(project, suite)]));
  const changed = await changes.changedFiles([...files]);
  return changed.map((file) => ({ code: "yardstick-changed", file }));
}
