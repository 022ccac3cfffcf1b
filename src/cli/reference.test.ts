import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configSchema } from "../core/config.schema.ts";
import { suiteSchema } from "../evals/dataset/schema.ts";
import { agentops, REPO, tempProject } from "../testing/project.ts";
import { COMMANDS } from "./commands.ts";

const read = (path: string) => readFileSync(join(REPO, path), "utf8");
const REFERENCE = read("docs/reference.md");
const section = (title: string) => new RegExp(`^## ${title}\\n([^]*?)(?=^## |(?![^]))`, "m").exec(REFERENCE)![1]!;
const flagsIn = (text: string) => [...text.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag);
const blocks = (text: string) => [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml]) => parse(yaml!) as object);

describe("docs/reference.md", () => {
  test("has a row for every command", () => {
    const rows = [...section("Commands").matchAll(/^\| (.*?[^\\]) +\|/gm)].map(([, cell]) => cell!).join("\n");
    expect(COMMANDS.map(({ name }) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(rows))).toEqual([]);
  });

  test("names no flag that no command has", async () => {
    const help = (await agentops(tempProject(), ["--help"])).stdout;
    const options = COMMANDS.flatMap((command) => command.options ?? []).map(([flags]) => flags);
    const known = new Set(flagsIn([help, ...options].join("\n")));
    const named = flagsIn(section("Commands"));
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((flag) => !known.has(flag))).toEqual([]);
  });

  test("has configs and a suite that are accepted", () => {
    const [own] = blocks(section("Files"));
    const [releases] = blocks(section("Releases"));
    expect(() => configSchema.parse({ project: "p", ...own, ...releases })).not.toThrow();
    const [suite] = blocks(section("Suites"));
    expect(() => suiteSchema.parse(suite)).not.toThrow();
  });

  test("names every key of a config", () => {
    const named = new Set(blocks(REFERENCE).flatMap((block) => Object.keys(block)));
    expect(Object.keys(configSchema.shape).filter((key) => !named.has(key))).toEqual([]);
  });
});

describe("the README", () => {
  test("shows the sample's files as they are, where it shows lines of them", () => {
    const shown = [...read("README.md").matchAll(/```yaml\n# (\S+)\n([^]*?)```/g)];
    expect(shown.map(([, path]) => path)).toEqual([
      "prompts/support-triage.prompt.yml",
      "agents/refund-desk.agent.yml",
      "evals/support-triage.suite.yml",
    ]);
    for (const [, path, text] of shown) {
      const lines = read(path!).split("\n");
      let at = -1;
      for (const line of text!
        .trimEnd()
        .split("\n")
        .filter((one) => one.trim() !== "…")) {
        at = lines.indexOf(line, at + 1);
        expect(at, `${path}: ${line}`).toBeGreaterThan(-1);
      }
    }
  });
});
