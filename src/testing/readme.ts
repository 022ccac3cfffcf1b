import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { cleanEnv, REPO, sampleRepository, tempProject } from "./project.ts";

const FILE = join(REPO, "README.md");
/** `UPDATE_README=1 npx vitest run --project sqlite src/readme.test.ts` writes what the commands print. */
const UPDATE = process.env["UPDATE_README"] === "1";

/** Commands that a test cannot run inside itself; .ci/run runs them. */
export const ELSEWHERE = ["npm test"];

interface Step {
  command: string;
  output: string;
}

function stepsOf(block: string): Step[] {
  const steps: Step[] = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), output: "" });
    else if (steps.length > 0) steps.at(-1)!.output += `${line}\n`;
  }
  return steps;
}

/** Names that are new each time: runs, commits, dates. */
function normal(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "RUN")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}(?![0-9a-f-])/g, "RUN")
    .replace(/\b[0-9a-f]{10}\b/g, "COMMIT")
    .replace(/(\d{4}-\d\d-\d\d )?\b\d\d:\d\d\b/g, "TIME") // a time of another day is printed with its date, so after midnight too
    .replace(/\b\d{4}-\d\d-\d\d\b/g, "DAY")
    .trimEnd();
}

/** Who gets the candidate depends on the rollout's id, so what these print has other numbers each time, and other line breaks. */
const COUNTS = /traffic\.mjs|agentops (canary|history|status)/;

/** Everything but numbers, layout, and the rows of a rollout whose verdict chance decides. */
function words(text: string): string {
  return text
    .replace(
      /^(latency |success ≥ |success requests |split | {2}≥ | {2}requests ).*\n(?: {2}(?! |≥|requests).*\n)*/gm,
      "",
    )
    .replace(/: [^:\n]*…$/gm, ": …")
    .replace(/the least time and units .* no harm is shown|shown to be not worse by the margin: .*/g, "WHY")
    .replace(/(?<![a-z\d])[<>−+]?\d[\d.,]*(\^\d+|k\b)?/gi, "#")
    .replace(/# (s|min|h)\b/g, "SPAN")
    .replace(/# (look|transition|answer)s\b/g, "# $1")
    .replace(/\s+/g, " ")
    .replace(/;? success\.(floor|requests): [^()]*\(E [^()]*\)/g, ""); // whoever is slower has counted more when the first look comes
}

function compared(text: string, command: string): string {
  return COUNTS.test(command) ? words(normal(text)) : normal(text);
}

/** A line that stands for any lines that are left out. */
const LEFT_OUT = "…";

/**
 * What was printed, without the lines that the README leaves out: as many lines at the beginning and at the end as are shown there, and between
 * them the parts that begin with the same word as those of the README.
 */
function shortened(printed: string, shown: string): string {
  const parts = shown
    .trimEnd()
    .split(`\n${LEFT_OUT}\n`)
    .map((part) => part.split("\n"));
  if (parts.length === 1) return printed;
  const lines = printed.trimEnd().split("\n");
  let from = 0;
  const kept = parts.map((part, i) => {
    const at = i === 0 ? 0 : i === parts.length - 1 ? lines.length - part.length : startOf(part[0]!, lines, from);
    expect(at, `${LEFT_OUT} stands for lines before: ${part[0]}`).toBeGreaterThan(i === 0 ? -1 : from);
    from = at + part.length;
    return lines.slice(at, from).join("\n");
  });
  return `${kept.join(`\n${LEFT_OUT}\n`)}\n`;
}

const startOf = (shown: string, lines: readonly string[], from: number) => {
  const begins = /^\s*\S+( \S+)?/.exec(shown)![0];
  return lines.findIndex((line, i) => i >= from && line.startsWith(begins));
};

interface Following {
  /** A project, committed, where npx finds agentops; a repository like this one is made where none is named. */
  dir?: string;
  /** Folders before the machine's own PATH. */
  before?: string[];
  env?: NodeJS.ProcessEnv;
  /** What is compared of a text. */
  shown?: (text: string) => string;
}

/** This repository's own project, committed, with the checkout where npm would have it installed. */
async function asCheckedOut(): Promise<string> {
  const dir = await sampleRepository();
  mkdirSync(join(dir, "node_modules", ".bin"), { recursive: true });
  writeFileSync(join(dir, ".git", "info", "exclude"), "node_modules\n");
  symlinkSync(join(REPO, "bin", "agentops.js"), join(dir, "node_modules", ".bin", "agentops"));
  symlinkSync(REPO, join(dir, "node_modules", "agentops"));
  return dir;
}

/** npm takes twice as long to find the program as the program takes; the first command shows that it does. */
function quickNpx(dir: string): string {
  const quick = tempProject();
  const bins = [dir, dirname(dir)].map((folder) => join(folder, "node_modules", ".bin"));
  const bin = bins.find((folder) => existsSync(join(folder, "agentops")))!;
  writeFileSync(join(quick, "npx"), `#!/bin/sh\nexec "${bin}/$@"\n`, { mode: 0o755 });
  return quick;
}

/** Runs every command of the README in a project, and holds what it prints against what the README says. */
export async function followReadme({ env = {}, shown = (text) => text, ...given }: Following = {}): Promise<number> {
  const dir = given.dir ?? (await asCheckedOut());
  const path = [...(given.before ?? []), process.env["PATH"]].join(delimiter);
  const quick = [quickNpx(dir), path].join(delimiter);
  let readme = readFileSync(FILE, "utf8");
  let ran = 0;
  for (const [whole, block] of readme.matchAll(/```console\n([^]*?)```/g)) {
    const steps = stepsOf(block!.trimEnd());
    for (const step of steps) {
      if (ELSEWHERE.includes(step.command)) continue;
      const command = step.command.replace(/^npm ci && /, "");
      const { all } = await execa("sh", ["-c", command], {
        cwd: dir,
        env: cleanEnv({
          ...{ npm_config_update_notifier: "false", AGENTOPS_ACTOR: "ada", ...env },
          PATH: ran === 0 ? path : quick,
        }),
        extendEnv: false,
        reject: false,
        all: true,
        stdin: "ignore",
      });
      const told = all
        .split("\n")
        // A slow machine is told how far an eval is.
        .filter((l) => !/^npm (warn|notice)|: \d+ of \d+ trials, .*\/s/.test(l))
        .join("\n");
      const printed = shortened(told, step.output);
      ran += 1;
      if (UPDATE) step.output = printed.trimEnd() === "" ? "" : `${printed.trimEnd()}\n`;
      else expect(shown(compared(printed, command)), command).toBe(shown(compared(step.output, command)));
    }
    if (UPDATE)
      readme = readme.replace(
        whole,
        () => `\`\`\`console\n${steps.map((s) => `$ ${s.command}\n${s.output}`).join("")}\`\`\``,
      );
  }
  if (UPDATE) writeFileSync(FILE, readme);
  return ran;
}
