import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import { describe, expect, test } from "vitest";
import { ESLint, Linter } from "eslint";
import { put, REPO, tempProject } from "./testing/project.ts";

const SRC = join(REPO, "src");
const MAP = readFileSync(join(SRC, "README.md"), "utf8");
const rules = createRequire(import.meta.url)(join(REPO, ".dependency-cruiser.cjs"));

describe("the map of src/README.md", () => {
  test("has a row for every room, and no other", () => {
    const rows = [...MAP.matchAll(/^\| `([\w-]+)`/gm)].map(([, room]) => room);
    const rooms = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...rows].sort()).toEqual(rooms.map(({ name }) => name).sort());
  });

  test("names only files and folders that are there", () => {
    const named = [...MAP.matchAll(/`([a-z]+(?:\/[\w.-]+)+)`/g)].map(([, path]) => path!.replace("/NAME", ""));
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((path) => !existsSync(join(SRC, path)) && !existsSync(join(SRC, `${path}.ts`)))).toEqual([]);
  });
});

/** The names of the rules that a house of these files breaks. */
async function broken(files: Record<string, string>, scope: "folder" | undefined): Promise<string[]> {
  const dir = tempProject();
  for (const [path, text] of Object.entries(files)) put(dir, path, text);
  const forbidden = rules.forbidden.filter((rule: { scope?: string }) => rule.scope === scope);
  const { output } = await cruise(["src"], {
    ruleSet: { forbidden },
    validate: true,
    outputType: "json",
    baseDir: dir,
    tsPreCompilationDeps: true,
    ...(scope === "folder" && { metrics: true }),
  });
  const { violations } = JSON.parse(output as string).summary;
  return [...new Set<string>(violations.map(({ rule }: { rule: { name: string } }) => rule.name))].sort();
}

const FROM = (path: string) => `import { x } from "${path}";\nexport const y = x;\n`;
const X = "export const x = 1;\n";

describe("the directions refuse", () => {
  test.each<[string, Record<string, string>, string]>([
    ["an unknown room", { "src/shared/a.ts": FROM("../core/b.ts"), "src/core/b.ts": X }, "a-room-on-the-list"],
    ["an edge to a room below", { "src/kill/a.ts": FROM("../rollout/b.ts"), "src/rollout/b.ts": X }, "what-kill-imports"],
    ["statistics that import", { "src/stats/a.ts": FROM("../core/b.ts"), "src/core/b.ts": X }, "what-stats-imports"],
    ["a room that imports the shell", { "src/runtime/a.ts": FROM("../cli/b.ts"), "src/cli/b.ts": X }, "nobody-imports-cli"],
    ["a report that reads files", { "src/report/a.ts": FROM("node:fs") }, "report-is-pure"],
    ["a program started just anywhere", { "src/policy/a.ts": FROM("node:child_process") }, "who-starts-programs"],
  ])("%s", async (_, files, rule) => {
    expect(await broken(files, undefined)).toContain(rule);
  }); // prettier-ignore

  test("a circle of folders that is no circle of files", async () => {
    const files = {
      "src/gate/one/a.ts": FROM("../two/b.ts"),
      "src/gate/two/b.ts": X,
      "src/gate/two/c.ts": FROM("../one/d.ts"),
      "src/gate/one/d.ts": X,
    };
    expect(await broken(files, "folder")).toEqual(["no-circle-of-folders"]);
    expect(await broken(files, undefined)).not.toContain("no-circular");
  });
});

describe("the store's language", () => {
  const SQL = ["store.prepare('SELECT 1')", "store.pragma('user_version')", "sql`SELECT 1`"];
  test.each([
    ["is refused in a room that decides", "src/policy/policy.ts", SQL.length],
    ["is refused in a command", "src/cli/commands/kill/run.ts", SQL.length],
    ["is at home in state", "src/state/connection.ts", 0],
    ["is at home in a room's own store", "src/policy/outcomes.store.ts", 0],
  ])("%s", async (_, file, refused) => {
    const { rules } = (await new ESLint({ cwd: REPO }).calculateConfigForFile(file)) as Linter.Config;
    const restricted = { "no-restricted-syntax": rules?.["no-restricted-syntax"] ?? "off" };
    const found = SQL.flatMap((line) => new Linter().verify(line, { rules: restricted }));
    expect(found.map(({ ruleId }) => ruleId)).toEqual(Array(refused).fill("no-restricted-syntax"));
  });
});
