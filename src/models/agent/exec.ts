import type { ModelProvider } from "../../core/config.schema.ts";
import type { Backend } from "../client/backend.ts";
import type { BackendSetup } from "../client/backend.ts";
import { agentAnswer, agentRequest } from "./protocol.ts";
import { type AgentProcess, startAgent } from "./process.ts";

type ExecProvider = Extract<ModelProvider, { kind: "exec" }>;

/** Enough for a program to find its interpreter and its home; everything else is named in `env:`. */
const PASSED_ON = ["PATH", "HOME", "LANG", "TMPDIR", "NODE_ENV"];

/**
 * The user's agent as a pool of processes, each with one request at a time. The caller's concurrency limit bounds the
 * pool; a process that died is replaced by the next request.
 */
export function execBackend(
  provider: ExecProvider,
  { project, env, maxAnswer }: Pick<BackendSetup, "project" | "env" | "maxAnswer">,
): Backend {
  const command = { command: provider.command, cwd: project.root, env: agentEnv(env, provider.env ?? []) };
  const idle: AgentProcess[] = [];
  const all = new Set<AgentProcess>();
  let asked = 0;
  const take = async () => {
    for (let one = idle.pop(); one !== undefined; one = idle.pop()) {
      if (one.isAlive()) return one;
      all.delete(one);
    }
    const started = await startAgent(command, maxAnswer);
    all.add(started);
    return started;
  };
  return {
    attempt: async (request, context, { signal }) => {
      const agent = await take();
      const id = String(++asked);
      const value = await agent.ask(id, agentRequest(id, request, context), signal);
      idle.push(agent);
      return agentAnswer(value);
    },
    close: async () => {
      await Promise.all([...all].map((agent) => agent.kill()));
    },
  };
}

function agentEnv(env: NodeJS.ProcessEnv, named: readonly string[]): NodeJS.ProcessEnv {
  const clean: NodeJS.ProcessEnv = {};
  for (const name of [...PASSED_ON, ...named]) if (env[name] !== undefined) clean[name] = env[name];
  return clean;
}
