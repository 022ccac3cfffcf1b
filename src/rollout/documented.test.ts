import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { configSchema } from "../core/config.schema.ts";
import { REPO } from "../testing/project.ts";
import { rulesOf } from "../policy/rules.ts";
import { planOf } from "./plan.ts";

const read = (path: string) => readFileSync(join(REPO, path), "utf8");

test("the reference's release settings are the defaults", () => {
  const block = /## Releases\n\n```yaml\n([^]*?)```/.exec(read("docs/reference.md"))?.[1] ?? "";
  const config = configSchema.parse({ project: "test", ...(parse(block) as object) });
  const { artifacts, ...settings } = config.rollout!;
  expect(Object.keys(artifacts!)).toEqual(["agents/refund-desk"]);
  expect(planOf(settings)).toEqual(planOf({}));
  const own = { freeze: expect.any(Array), errorBudget: expect.any(Object) };
  expect(rulesOf({ config }, "production")).toEqual({ ...rulesOf({ config }, "staging"), ...own, rollout: "required" });
});

test("what the sample's config has commented out is valid, and its rollout is the default", () => {
  const text = read("agentops.config.yaml").replace(/^# (?=rollout|policy| )/gm, "");
  const config = configSchema.parse(parse(text));
  expect(planOf(config.rollout!)).toEqual(planOf({}));
  expect(rulesOf({ config }, "production")).toMatchObject({
    approvals: { count: 1, signed: false },
    freeze: [{ reason: "holidays" }],
  });
});
