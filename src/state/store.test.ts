import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { REPO, tempProject } from "../testing/project.ts";
import { openStore } from "./store.ts";

const NORMAL = { durability: "normal" } as const;

describe("the store", () => {
  test("has the schema that was agreed", async () => {
    const store = openStore(join(tempProject(), "state.db"), NORMAL);
    const rows = store.sqlite
      .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name")
      .pluck()
      .all();
    await expect(`${rows.join(";\n\n")};\n`).toMatchFileSnapshot("../../fixtures/golden/schema.sql");
    await store.close();
  });

  test("is durable as asked, in WAL, with foreign keys", async () => {
    const file = join(tempProject(), "state.db");
    const store = openStore(file, { durability: "full" });
    const pragma = (name: string) => store.sqlite.pragma(name, { simple: true });
    expect([pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")]).toEqual(["wal", 2, 1]);
    await store.close();
    const again = openStore(file, NORMAL);
    expect(again.sqlite.pragma("synchronous", { simple: true })).toBe(1);
    await again.close();
  });

  test("is made once when several processes open it at the same moment", async () => {
    const file = join(tempProject(), "deep", "state.db");
    const code = `import { openStore } from ${JSON.stringify(join(REPO, "dist/state/store.js"))}; const s = openStore(${JSON.stringify(file)}, { durability: "normal" }); console.log(s.sqlite.pragma("user_version", { simple: true })); await s.close();`;
    const runs = await Promise.all(
      Array.from({ length: 6 }, () => execa(process.execPath, ["--input-type=module", "-e", code])),
    );
    expect(runs.map((r) => r.stdout)).toEqual(Array(6).fill("4"));
  });
});
