import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import { type Project, refuseDangling } from "../../core/project.ts";
import { parsePin, parseRef } from "../../core/refs.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { Path, YamlFile } from "../../core/yaml.ts";
import type { ModelClient } from "../../models/client/client.ts";
import { KINDS } from "../../registry/files.ts";
import { floatingReason } from "../../registry/lint/floating.ts";
import { worktreeSource } from "../../registry/source.ts";
import type { Suite } from "../dataset/schema.ts";
import { scorerFaults } from "../../scorers/prepare.ts";
import { scorerProblem } from "../../scorers/problem.ts";
import { unknownTools } from "./tools.ts";
import type { DataFile } from "../dataset/records.ts";
import { dataFile } from "../dataset/suite.ts";

interface SuiteFile {
  spec: Suite;
  yaml: YamlFile;
  /** Absolute. */
  path: string;
}

type Finding = { rule: string; path: Path; message: string; hint?: string; severity?: Problem["severity"] };

/** What a suite says that its schema cannot judge: names, files, pins, scorers, gates that could never be met. */
export async function lintSuite(project: Project, suite: SuiteFile): Promise<Problem[]> {
  const findings = [
    ...(await targetFindings(project, suite.spec)),
    ...(await fileFindings(project, suite)),
    ...pinFindings(project, suite.spec),
    ...gateFindings(suite.spec),
    ...(await unknownTools(project, suite.spec)).map((tool): Finding => ({ rule: "unknown-tool", ...tool })),
  ];
  const problems = findings.map(({ path, severity = "error", ...rest }): Problem => ({
    severity,
    file: suite.yaml.file,
    ...suite.yaml.locate(path),
    ...rest,
  }));
  return [...problems, ...(await scorerFindings(project, suite))];
}

async function targetFindings(project: Project, { target }: Suite): Promise<Finding[]> {
  if (target === undefined) return [];
  try {
    const ref = parseRef(target);
    if (ref.point.type !== "worktree") return [];
    const source = worktreeSource(project.root);
    const all = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
    if (all.some((a) => a.name === ref.name && (ref.kind === undefined || a.kind === ref.kind))) return [];
    const known = all.map((a) => `${a.kind}/${a.name}`);
    return [
      { rule: "unknown-target", path: ["target"], message: `no artifact ${target} (${didYouMean(target, known)})` },
    ];
  } catch (error) {
    if (!(error instanceof AgentopsError)) throw error;
    return [{ rule: "unknown-target", path: ["target"], message: error.message }];
  }
}

async function fileFindings(project: Project, suite: SuiteFile): Promise<Finding[]> {
  const missing = filesOf(project, suite).filter(({ path }) => !existsSync(path));
  return Promise.all(missing.map(async ({ at, ...data }) => ({ rule: "missing-file", path: at, ...(await whyMissing(data)) }))); // prettier-ignore
}

/** In a submodule, left out of a sparse checkout, or behind a link that leads nowhere. */
async function whyMissing({ file, path, absent }: DataFile): Promise<Pick<Finding, "message" | "hint">> {
  const dangling = await refuseDangling(path, file).catch((error: unknown) => error);
  const why = (await absent?.()) ?? (dangling instanceof AgentopsError ? dangling : null);
  if (why === null) return { message: `no such data file: ${file}` };
  return { message: why.message, ...(why.hint !== undefined && { hint: why.hint }) };
}

/** The data files that a suite names, and where it does. */
export function filesOf(
  project: Project,
  { spec, path }: Pick<SuiteFile, "spec" | "path">,
): (DataFile & { at: Path })[] {
  const named: [Path, string | undefined][] = [
    typeof spec.dataset === "object" ? [["dataset", "file"], spec.dataset.file] : [["dataset"], spec.dataset],
    typeof spec.outputs === "object" ? [["outputs", "file"], spec.outputs.file] : [["outputs"], spec.outputs],
  ];
  return named.flatMap(([at, name]) => (name === undefined ? [] : [{ at, ...dataFile(project, dirname(path), name) }]));
}

function pinFindings(project: Project, { model, scorers }: Suite): Finding[] {
  const pins: [Path, string | undefined][] = [[["model"], model]];
  for (const [i, s] of scorers.entries()) {
    if ("model" in s) pins.push([["scorers", i, "model"], s.model]);
    if ("provider" in s) pins.push([["scorers", i, "provider"], s.provider]);
  }
  return pins.flatMap(([path, pin]) => (pin === undefined ? [] : pinFinding(project, path, pin)));
}

function pinFinding(project: Project, path: Path, pin: string): Finding[] {
  try {
    const { provider } = parsePin(pin);
    const known: Partial<Record<string, { kind: string }>> = { offline: { kind: "offline" }, ...project.config.models };
    const kind = known[provider]?.kind;
    if (kind === undefined)
      return [
        {
          rule: "unknown-provider",
          path,
          message: `no model provider "${provider}" (${didYouMean(provider, Object.keys(known))})`,
        },
      ];
    const reason = floatingReason(pin, kind);
    return reason === null ? [] : [{ rule: "floating-model", path, message: reason }];
  } catch (error) {
    if (!(error instanceof AgentopsError)) throw error;
    return [{ rule: "unknown-provider", path, message: error.message }];
  }
}

function gateFindings({ gate, scorers, trials }: Suite): Finding[] {
  const findings: Finding[] = [];
  if (gate?.safety !== undefined && !scorers.some((s) => s.category === "safety")) {
    findings.push({
      rule: "unreachable-gate",
      path: ["gate", "safety"],
      severity: "warning",
      message: "no scorer has category: safety, so this bound can never be shown to hold",
    });
  }
  const k = gate?.passHatK?.k;
  if (k !== undefined && trials !== undefined && k > trials) {
    findings.push({
      rule: "unreachable-gate",
      path: ["gate", "passHatK", "k"],
      message: `pass^${k} needs at least ${k} trials a case, the suite has ${trials}`,
    });
  }
  return findings;
}

async function scorerFindings(project: Project, { spec, yaml, path }: SuiteFile): Promise<Problem[]> {
  // Judges are not called while linting; their pins are judged like any other.
  const faults = await scorerFaults(spec.scorers, {
    baseDir: dirname(path),
    judge: (pin) => Promise.resolve(silentJudge(pin)),
    env: project.env,
  });
  return faults.map((fault) => {
    const problem = scorerProblem(fault, yaml);
    if (problem === undefined) throw fault;
    return problem;
  });
}

function silentJudge(pin: string): ModelClient {
  return {
    pin,
    kind: "lint",
    cacheable: false,
    remote: false,
    generate: () => Promise.reject(new Error("not called while linting")),
    close: () => Promise.resolve(),
  };
}
