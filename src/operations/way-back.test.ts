import { describe, expect, test } from "vitest";
import { stackOf, versionBefore } from "./way-back.ts";

/** `promote v1, rollout v2, rollback v1` as rows. */
function changes(text: string) {
  return text.split(", ").map((change) => {
    const [how, version] = change.split(" ") as ["promote" | "rollout" | "rollback", string];
    return { how, version };
  });
}

describe("the way back", () => {
  test.each([
    ["nothing below the first version", "promote v1", ["v1"], undefined],
    ["a promotion can be left again", "promote v1, promote v2", ["v1", "v2"], "v1"],
    ["a rollback does not lead forward again", "promote v1, rollout v2, rollback v1", ["v1"], undefined],
    ["two rollbacks go back two versions", "promote v1, promote v2, promote v3, rollback v2", ["v1", "v2"], "v1"],
    ["what was rolled back is promoted again", "promote v1, promote v2, rollback v1, promote v2", ["v1", "v2"], "v1"],
    ["going on from an older version", "promote v1, promote v2, rollback v1, promote v3", ["v1", "v3"], "v1"],
    ["an older version is promoted", "promote v1, promote v2, promote v3, promote v1", ["v1"], undefined],
    ["back over several", "promote v1, promote v2, promote v3, rollback v1", ["v1"], undefined],
    ["back to what was never stable", "promote v1, promote v3, rollback v2", ["v1", "v2"], "v1"],
    ["back to what was never stable, from the first", "promote v2, rollback v1", ["v1"], undefined],
  ])("%s: %s", (_, text, stack, before) => {
    expect(stackOf(changes(text))).toEqual(stack);
    expect(versionBefore(changes(text))).toBe(before);
  });
});
