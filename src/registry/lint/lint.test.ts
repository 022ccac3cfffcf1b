import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { positionOf, type Problem } from "../../core/problems.ts";
import { REPO } from "../../testing/project.ts";
import { floatingReason } from "./floating.ts";
import { lintArtifacts } from "./lint.ts";
import { agentText, plainProject, projectIn, promptText, removeFolders } from "../temp-project.testing.ts";

afterAll(removeFolders);

const P = "prompts/p.prompt.yml";
const A = "agents/a.agent.yml";

/** Without the advice on architecture, which has tests of its own. */
async function lint(files: Record<string, string>): Promise<Problem[]> {
  const found = await lintArtifacts((await plainProject(files)).project);
  return found.filter(({ rule }) => !/^missing-(?!owner)|^unbounded-/.test(rule));
}

const brief = (p: Problem) => `${positionOf(p)} ${p.severity} ${p.rule}`;

/** A prompt with this content, written with any YAML style, and declared variables x and y. */
function withContent(content: string): string {
  return `name: p\nmessages:\n  - role: user\n    content: ${content}\nagentops:\n  owner: o\n  input: { type: object, properties: { x: {} } }\n`;
}

const agent = (more: string) => `${agentText("a", "p")}${more}`;
const tool = (name: string, more = "") => `  - { name: ${name}, inputSchema: { type: object }${more} }\n`;

describe("lintArtifacts finds", () => {
  const cases: Record<string, { files: Record<string, string>; finds: string[]; says?: RegExp }> = {
    "nothing in good files": { files: { [P]: promptText("p"), [A]: agentText("a", "p") }, finds: [] },
    "a YAML syntax error": { files: { [P]: "name: p\nmessages: [\n" }, finds: [`${P}:3:1 error yaml-syntax`] },
    "a duplicate key": { files: { [P]: `${promptText("p")}name: p\n` }, finds: [`${P}:8:1 error yaml-syntax`] },
    "an unknown key, with the one that was meant": {
      files: { [P]: `${promptText("p")}modelParameters: { temprature: 0 }\n` },
      finds: [`${P}:8:20 error unknown-key`],
      says: /did you mean temperature\?/,
    },
    "a value of the wrong type": {
      files: { [P]: `${promptText("p")}modelParameters: { temperature: hot }\n` },
      finds: [`${P}:8:33 error schema`],
    },
    "a template without quotes, which YAML reads as mappings": {
      files: { [P]: withContent("{{x}} {{y}}") },
      finds: [`${P}:4:20 error yaml-syntax`],
    },
    "numbers that lose their spelling, where it counts": {
      files: {
        [P]: `${promptText("p").replace("string }", "string, enum: [3.10, 3.2] }")}modelParameters: { temperature: 0.10, seed: 007 }\n`,
      },
      finds: [`${P}:7:91 warning number-spelling`, `${P}:8:45 warning number-spelling`],
      says: /^3\.10 is the number 3\.1 here/,
    },
    "all that is wrong with a file, in one round": {
      files: {
        [P]: `name: p\nmodel: openai/gpt-4o\ntemprature: 1\nmessages:\n  - { role: user, content: "{{x}} {{who}}" }\nresponseFormat: xml\nagentops: { input: { type: object, properties: { x: {} } } }\n`,
        [A]: `${agentText("a", "q")}limits: { maxSteps: many }\ntools:\n  - { name: t }\nguards: { input: [injektion] }\n`,
      },
      finds: [`${A}:3:9 error unknown-prompt`, `${A}:5:21 error schema`, `${A}:7:5 error schema`, `${A}:8:19 warning unknown-guard`, `${P}:2:8 error floating-model`, `${P}:3:1 error unknown-key`, `${P}:5:37 error undeclared-variable`, `${P}:6:17 error schema`], // prettier-ignore
    },
    "all that is wrong with a prompt, whoever is to say it": {
      files: {
        [P]: `name: q\nmodel: nobody/gpt-4o\nmodelParameters: { temperature: 9 }\nmessages:\n  - { role: usr, content: "{{x}} {{who}}" }\n  - { role: user }\nagentops: { owner: o, input: { type: strng, properties: { x: {}, y: {} } } }\n`,
      },
      finds: [`${P}:1:7 error name-mismatch`, `${P}:2:8 error unknown-provider`, `${P}:3:33 error schema`, `${P}:5:13 error schema`, `${P}:5:36 error undeclared-variable`, `${P}:6:5 error schema`, `${P}:7:30 error invalid-json-schema`], // prettier-ignore
    },
    "all that is wrong with a prompt that has no messages": {
      files: {
        [P]: `name: q\nmodel: nobody/gpt-4o\nmesages: []\nagentops: { owner: o, input: { properties: { x: {} } } }\n`,
      },
      finds: [`${P}:1:1 error schema`, `${P}:1:7 error name-mismatch`, `${P}:2:8 error unknown-provider`, `${P}:3:1 error unknown-key`], // prettier-ignore
    },
    "an empty file": { files: { [P]: "" }, finds: [`${P}:1:1 error schema`] },
    "a name that is not the file's": { files: { [P]: promptText("q") }, finds: [`${P}:1:7 error name-mismatch`] },
    "a name that no tag can be made of": {
      files: { "prompts/a..b.prompt.yml": promptText("a..b"), "prompts/x.lock.prompt.yml": "model: offline/stand-in-v1\nmessages: [{ role: user, content: Hi }]\nagentops: { owner: o }\n" }, // prettier-ignore
      finds: ["prompts/a..b.prompt.yml:1:7 error invalid-name", "prompts/x.lock.prompt.yml:1:1 error invalid-name"], // prettier-ignore
      says: /no \.\. and no \.lock at its end/,
    },
    "a merge conflict, in git's words": {
      files: { [P]: promptText("p").replace("name: p\n", "<<<<<<< HEAD\nname: p\n=======\nname: q\n>>>>>>> other\n") },
      finds: [`${P}:1:1 error merge-conflict`],
      says: /a merge conflict that nobody resolved/,
    },
    "a pointer of Git LFS": {
      files: { [P]: "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n" },
      finds: [`${P}:1:1 error lfs-pointer`],
    },
    "two files with one name": {
      files: { [P]: promptText("p"), "prompts/p.prompt.yaml": promptText("p") },
      finds: [`${P}:1:7 error duplicate-name`],
      says: /also in prompts\/p\.prompt\.yaml/,
    },
    "a floating model": {
      files: { [P]: promptText("p").replace("gpt-4o-2024-08-06", "gpt-4o") },
      finds: [`${P}:2:8 error floating-model`],
      says: /openai\/gpt-4o" floats/,
    },
    "no floating model where it is allowed": {
      files: { [P]: `${promptText("p").replace("gpt-4o-2024-08-06", "gpt-4o")}  allowFloating: true\n` },
      finds: [],
    },
    "an unknown provider": {
      files: { [P]: promptText("p").replace("openai/", "opnai/") },
      finds: [`${P}:2:8 error unknown-provider`],
      says: /did you mean openai\?/,
    },
    "no unknown provider in offline": {
      files: { [P]: promptText("p").replace(/openai\S+/, "offline/router") },
      finds: [],
    },
    "a model without a provider": {
      files: { [P]: promptText("p").replace("openai/", "") },
      finds: [`${P}:2:8 error unknown-provider`],
    },
    "a retired model": {
      files: { [P]: promptText("p").replace("gpt-4o-2024-08-06", "gpt-3.5-turbo-0613") },
      finds: [`${P}:2:8 warning deprecated-model`],
    },
    "an undeclared variable in a plain scalar": {
      files: { [P]: withContent("a {{x}} {{y}}") },
      finds: [`${P}:4:24 error undeclared-variable`],
    },
    "an undeclared variable in a double-quoted scalar": {
      files: { [P]: withContent('"\\"a\\" {{x}} é {{ y }}"') },
      finds: [`${P}:4:32 error undeclared-variable`],
    },
    "an undeclared variable in a block scalar": {
      files: { [P]: withContent("|\n\n      a {{x}}\n        {{#if y}}{{x}}{{/if}}\n      {{y}}") },
      finds: [`${P}:7:15 error undeclared-variable`, `${P}:8:9 error undeclared-variable`],
    },
    "an undeclared variable in a folded scalar": {
      files: { [P]: withContent(">-\n      a {{x}} b\n      c {{y}} d\n      {{y}}") },
      finds: [`${P}:6:11 error undeclared-variable`, `${P}:7:9 error undeclared-variable`],
    },
    "an undeclared variable as advice in a file that declares none": {
      files: { [P]: "name: p\nmessages:\n  - { role: user, content: '{{input}}' }\nagentops: { owner: o }\n" },
      finds: [`${P}:3:31 warning undeclared-variable`],
    },
    "a declared variable nobody uses": {
      files: { [P]: withContent("hello") },
      finds: [`${P}:7:40 warning unused-variable`],
    },
    "a template syntax error on its line": {
      files: { [P]: withContent("|\n      {{x}}\n      {{#if x}}") },
      finds: [`${P}:6:7 error template-syntax`],
      says: /not closed/,
    },
    "an unknown helper and a partial": {
      files: { [P]: withContent("a {{x}} {{upper x}} {{> foot}}") },
      finds: [`${P}:4:24 error template-syntax`, `${P}:4:34 error template-syntax`],
    },
    "an agent without an owner": {
      files: { [P]: promptText("p"), [A]: "name: a\nprompt: p\n" },
      finds: [`${A}:1:1 error missing-owner`],
    },
    "a prompt without an owner": {
      files: { [P]: promptText("p").replace("  owner: support\n", "") },
      finds: [`${P}:5:1 warning missing-owner`],
    },
    "an agent's unknown prompt": {
      files: { "prompts/triage.prompt.yml": promptText("triage"), [A]: agentText("a", "triag") },
      finds: [`${A}:3:9 error unknown-prompt`],
      says: /did you mean triage\?/,
    },
    "a compensation that is no tool": {
      files: {
        [P]: promptText("p"),
        [A]: agent(`tools:\n${tool("refund", ", compensate: void_refnd")}${tool("void_refund")}`),
      },
      finds: [`${A}:6:64 warning unknown-tool`],
      says: /did you mean void_refund\?/,
    },
    "a tool that is there twice": {
      files: { [P]: promptText("p"), [A]: agent(`tools:\n${tool("t")}${tool("t")}`) },
      finds: [`${A}:7:13 error duplicate-tool`],
    },
    "eleven tools, but not ten": {
      files: {
        [P]: promptText("p"),
        [A]: agent(`tools:\n${Array.from({ length: 11 }, (_, i) => tool(`t${i}`)).join("")}`),
        "agents/b.agent.yml": `${agentText("b", "p")}tools:\n${Array.from({ length: 10 }, (_, i) => tool(`t${i}`)).join("")}`,
      },
      finds: [`${A}:5:1 warning too-many-tools`],
    },
    "a tool schema with a mistyped keyword": {
      files: {
        [P]: promptText("p"),
        [A]: agent("tools:\n  - { name: t, inputSchema: { type: object, maxium: 3 } }\n"),
      },
      finds: [`${A}:6:29 error invalid-json-schema`],
      says: /maxium/,
    },
    "an input schema with a wrong type": {
      files: { [P]: withContent("a {{x}}").replace("type: object", "type: objekt") },
      finds: [`${P}:7:10 error invalid-json-schema`],
    },
    "no fault in a schema with formats, references and patterns": {
      files: {
        [P]: withContent("a {{x}}")
          .replace("x: {}", 'x: { type: string, format: email, pattern: "^a" }, z: { $ref: "#/properties/x" }')
          .replace("{{x}}", "{{x}}{{z}}"),
      },
      finds: [],
    },
    "a condition that does not parse, and one with an unknown name": {
      files: {
        [P]: promptText("p"),
        [A]: agent(
          "tools:\n  - name: t\n    inputSchema: {}\n    authorize: 'arg.x == 1'\n    approval: { when: 'args.amountUsd > ', approvers: [leads] }\n",
        ),
      },
      finds: [`${A}:8:16 error invalid-cel`, `${A}:9:23 error invalid-cel`],
    },
    "no fault in good conditions": {
      files: {
        [P]: promptText("p"),
        [A]: agent(
          "tools:\n  - name: t\n    inputSchema: {}\n    authorize: 'task.allowedData.exists(d, d == args.orderId) && size(args.items) < 3'\n    approval: { when: 'args.amountUsd > 200 || agent.name == \"a\"', approvers: [leads] }\n",
        ),
      },
      finds: [],
    },
    "an unknown guard": {
      files: { [P]: promptText("p"), [A]: agent("guards: { input: [injecton], output: [pii, secrets] }\n") },
      finds: [`${A}:5:19 warning unknown-guard`],
    },
  };
  test.each(Object.entries(cases))("%s", async (_, { files, finds, says }) => {
    // That manifests declare more than is enforced has a test of its own beside the lints of architecture.
    const problems = (await lint(files)).filter(({ rule }) => rule !== "not-enforced");
    expect(problems.map(brief)).toEqual(finds);
    if (says) expect(problems[0]?.message).toMatch(says);
  });

  test("a folder where a file should be", async () => {
    const { project, root } = await plainProject();
    await mkdir(join(root, P), { recursive: true });
    expect((await lintArtifacts(project)).map(brief)).toEqual([`${P}:1:1 error unreadable`]);
  });

  test("only what was named, and an agent's prompt with it", async () => {
    const { project } = await plainProject({
      [P]: promptText("q"),
      [A]: agentText("a", "p"),
      "prompts/other.prompt.yml": "name: [",
    });
    expect((await lintArtifacts(project, { only: ["agents/a"] })).map((p) => p.file)).toEqual([P]);
    expect((await lintArtifacts(project, { only: ["other"] })).map((p) => p.file)).toEqual([
      "prompts/other.prompt.yml",
    ]);
    await expect(lintArtifacts(project, { only: ["prompts/othr"] })).rejects.toMatchObject({
      code: "ARTIFACT_NOT_FOUND",
      hint: "did you mean prompts/other?",
    });
    await expect(lintArtifacts(project, { only: ["p@v1"] })).rejects.toMatchObject({ code: "REF_INVALID" });
  });

  test("needs no git", async () => {
    const { root } = await plainProject({ [P]: promptText("p") });
    expect(await lintArtifacts((await projectIn(root, { PATH: "" })).project)).toEqual([]);
  });
});

describe("floatingReason", () => {
  const pinned: [string, string][] = [
    ["openai/gpt-4o-2024-08-06", "openai"],
    ["openai/gpt-4-0613", "openai"],
    ["openai/ft:gpt-4o-2024-08-06:acme::abc", "openai"],
    ["claude/claude-3-5-sonnet-20241022", "anthropic"],
    ["claude/claude-opus-4-6", "anthropic"],
    ["g/gemini-2.0-flash-001", "google"],
    ["g/gemini-2.5-pro", "google"],
    ["g/gemini-2.5-flash-preview-05-20", "google"],
    ["b/anthropic.claude-3-5-sonnet-20241022-v2:0", "bedrock"],
    ["local/llama3.1:8b", "openai-compatible"],
    ["mybot/main", "exec"],
    ["az/my-deployment", "azure"],
    ["offline/router", "offline"],
  ];
  test.each(pinned)("%s (%s) does not move", (pin, kind) => {
    expect(floatingReason(pin, kind)).toBeNull();
  });

  const floats: [string, string][] = [
    ["openai/gpt-4o", "openai"],
    ["openai/gpt-4o-mini", "openai"],
    ["openai/chatgpt-4o-latest", "openai"],
    ["claude/claude-3-5-sonnet-latest", "anthropic"],
    ["claude/claude-sonnet-4-5", "anthropic"],
    ["claude/claude-sonnet-4", "anthropic"],
    ["g/gemini-flash-latest", "google"],
    ["g/gemini-pro", "google"],
    ["g/gemini-2.5-pro-preview", "google"],
    ["local/llama3:latest", "openai-compatible"],
    ["mybot/latest", "exec"],
  ];
  test.each(floats)("%s (%s) floats", (pin, kind) => {
    expect(floatingReason(pin, kind)).toContain(pin);
  });
});

test("lint does not load the validators for a project that does not need them", async () => {
  const { root } = await plainProject({ [P]: promptText("p"), [A]: agentText("a", "p") });
  const loader = `
    import { createRequire, register } from "node:module";
    const seen = [];
    const { port1, port2 } = new MessageChannel();
    register("data:text/javascript," + encodeURIComponent(
      "let port; export const initialize = (d) => { port = d.port; }; export const resolve = async (s, c, n) => { const r = await n(s, c); port.postMessage(r.url); return r; };"
    ), { data: { port: port2 }, transferList: [port2] });
    port1.on("message", (url) => seen.push(url));
    const { loadProject } = await import(process.argv[1] + "/core/project.js");
    const { lintArtifacts } = await import(process.argv[1] + "/registry/lint/lint.js");
    const problems = await lintArtifacts(await loadProject({ cwd: process.argv[2], env: process.env }));
    await new Promise((r) => setTimeout(r, 50));
    const required = Object.keys(createRequire(import.meta.url).cache ?? {});
    const packages = [...seen, ...required].map((u) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(u)?.[1]).filter(Boolean);
    console.log(JSON.stringify({ problems, packages: [...new Set(packages)].sort() }));
    port1.close();
  `;
  const args = ["--input-type=module", "-e", loader, "--", join(REPO, "dist"), root];
  const out = execFileSync(process.execPath, args, { encoding: "utf8", cwd: REPO });
  const { problems, packages } = JSON.parse(out) as { problems: unknown[]; packages: string[] };
  expect(problems).toEqual([]);
  for (const heavy of ["execa", "ajv", "@marcbachmann/cel-js"]) expect(packages).not.toContain(heavy);
});
