import { expect, test } from "vitest";
import { by, environmentName, nameOf } from "./text.ts";

const HOSTILE = "ada\n  nothing is killed\r\u001b[2J\u009b";

test("what others wrote stays on its line of the screen and cannot clear it", () => {
  const kill = {
    environment: HOSTILE,
    target: HOSTILE,
    actor: HOSTILE,
    authenticated: false,
    reason: HOSTILE,
    at: HOSTILE,
  };
  const shown = `${nameOf(kill.target)} in ${environmentName(kill.environment)}, by ${by(kill)}`;
  expect(shown).not.toMatch(/\p{Cc}/u);
  expect(environmentName(HOSTILE)).toBe("ada nothing is killed \\x1b[2J\\x9b");
});
