import { describe, expect, test } from "vitest";
import { configSchema } from "./config.schema.ts";
import { AgentopsError } from "./errors.ts";
import { parseYamlAs } from "./yaml.ts";

const COHORTS = "cohorts: { internal: { domain: example.com }, beta-1: { units: [ada, bob] } }";

/** What is said of a config with these lines, place first; empty when nothing is wrong. */
function said(...lines: string[]): string {
  try {
    parseYamlAs(configSchema, ["project: x", ...lines].join("\n"), "agentops.config.yaml", { code: "CONFIG_INVALID" });
    return "";
  } catch (error) {
    return (error as AgentopsError).message;
  }
}

const both = "a cohort has either units: [ada, bob] or domain: example.com";
const letter = "a cohort's name begins with a letter (internal), so that no weight is taken for one";

describe("cohorts of the config", () => {
  test.each<[string, string[], string]>([
    ["units, or a domain", [COHORTS], ""],
    ["named before the weights", [COHORTS, "rollout: { steps: [internal, beta-1, 0.01, 1] }"], ""],
    ["neither", ["cohorts: { internal: {} }"], both],
    ["both", ["cohorts: { internal: { units: [a], domain: a.com } }"], both],
    ["nobody", ["cohorts: { internal: { units: [] } }"], "a cohort of no units would wait for ever"],
    ["a number as a unit", ["cohorts: { internal: { units: [42] } }"], 'a unit is a text: "42" in quotes'],
    ["an address as a domain", ["cohorts: { internal: { domain: a@b.com } }"], "a domain is what stands behind the @ of its units: example.com"],
    ["a pattern as a domain", ['cohorts: { internal: { domain: "*.b.com" } }'], "a domain is what stands behind the @ of its units: example.com"],
    ["a mistyped key", ["cohorts: { internal: { domains: b.com } }"], 'unknown key "domains" (did you mean domain?)'],
    ["a name like a percentage", ["cohorts: { 5%: { units: [a] } }"], letter],
    ["a name like a share", ["cohorts: { 0.5: { units: [a] } }"], letter],
    ["a name like a number", ["cohorts: { Infinity: { units: [a] } }"], letter],
    ["a step that is none", [COHORTS, "rollout: { steps: [internel, 0.5] }"], 'no cohort "internel" in the config (did you mean internal?)'],
    ["an artifact's step that is none", [COHORTS, "rollout: { artifacts: { x: { steps: [staff, 0.5] } } }"], 'no cohort "staff" in the config (known: internal, beta-1)'],
    ["a step without any cohorts", ["rollout: { steps: [staff, 0.5] }"], 'no cohort "staff" in the config (there are none)'],
    ["percent in the file", ["rollout: { steps: [5%, 0.5] }"], "a step is a share (0.05), or the name of a cohort"],
    ["after a weight", [COHORTS, "rollout: { steps: [0.1, internal] }"], "a cohort comes before all weights, and internal does not"],
    ["between weights", [COHORTS, "rollout: { steps: [0.1, internal, 0.5] }"], "a cohort comes before all weights, and internal does not"],
    ["twice", [COHORTS, "rollout: { steps: [internal, internal, 0.5] }"], "the cohort internal is named twice"],
    ["alone", [COHORTS, "rollout: { steps: [internal] }"], "a weight must follow: a cohort is not drawn by chance, so it alone shows nothing of the others"],
    ["before everybody", [COHORTS, "rollout: { steps: [internal, 1] }"], "at a weight of 1 there is no control to compare with: one below 1 must come first"],
    ["before weights that fall", [COHORTS, "rollout: { steps: [internal, 0.5, 0.1] }"], "the weights must rise"],
  ])("%s", (_, lines, expected) => {
    const message = said(...lines);
    if (expected === "") expect(message).toBe("");
    else expect(message).toMatch(/^agentops\.config\.yaml:\d+:\d+: /);
    expect(message).toContain(expected);
  }); // prettier-ignore

  test("an error names the line", () => {
    expect(said("", "cohorts:", "  internal:", "    domain: a@b.com")).toMatch(/^agentops\.config\.yaml:5:/);
  });
});
