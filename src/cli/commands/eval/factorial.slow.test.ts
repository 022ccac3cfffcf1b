import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { KEY, moodyProject, startMoody, wait } from "../../../testing/moody-provider.ts";
import { agentops, git, spawnAgentops } from "../../../testing/project.ts";
import { edit } from "../../../testing/repository.ts";

test.each<["SIGINT" | "SIGTERM", number]>([
  ["SIGINT", 130],
  ["SIGTERM", 143],
])(
  "a 2 × 2 that %s ends (exit %d) is gone on with by --resume, and asks next to nothing twice",
  async (signal, code) => {
    const provider = await startMoody({ main: () => wait(10), changed: () => wait(10) });
    try {
      const dir = await moodyProject(provider.baseUrl);
      await git(dir, "checkout", "-q", "-b", "both");
      edit(dir, "prompts/p.prompt.yml", (text) =>
        text.replace("moods: main", "moods: changed").replace(/^model: .*/m, "model: openai/gpt-4.1-2025-04-14"),
      );
      const child = spawnAgentops(dir, ["eval", "s", "--factorial", "--control", "p@main"], KEY);
      while (provider.calls.length < 200) await sleep(5);
      child.kill(signal);
      const { exitCode, stdout, stderr } = await child;
      expect([exitCode, stdout]).toEqual([code, ""]);
      const run = /agentops eval --resume (\S+)/.exec(stderr)?.[1] ?? "";
      const resumed = await agentops(dir, ["eval", "--resume", run, "--json"], KEY);
      expect(JSON.parse(resumed.stdout).experiments[0]).toMatchObject({ cases: 80, stopped: null });
      // What was under way when the signal came is asked again: at most as many as may be.
      expect(provider.calls.length).toBeLessThanOrEqual(320 + 8);
    } finally {
      await provider.close();
    }
  },
);
