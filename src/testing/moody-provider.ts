import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type FakeProvider, json, type ProviderCall, startProvider } from "./provider.ts";
import { commitAll, edit, repositoryOf } from "./repository.ts";
import { git } from "./project.ts";

/** What the system message `moods: …` of a request asks for, by the number of the case. */
export type Moods = Record<string, (n: number, call: ProviderCall, response: ServerResponse) => unknown>;

/** Answers "yes" to every case, in 10 + 10 tokens, unless a mood of the prompt says otherwise. */
export async function startMoody(moods: Moods = {}): Promise<FakeProvider & { asked: (mood: string) => number }> {
  const provider = await startProvider(async (call, response) => {
    const mood = moodOf(call);
    const said = await moods[mood]?.(Number(call.body.messages.at(-1).content), call, response);
    if (!response.writableEnded) answer(response, call, said ?? {});
  });
  const asked = (mood: string) => provider.calls.filter((call) => moodOf(call) === mood).length;
  return { ...provider, asked };
}

function moodOf({ body }: ProviderCall): string {
  return String(body.messages[0].content).replace("moods: ", "");
}

export interface Said {
  text?: string;
  tokens?: number;
}

function answer(response: ServerResponse, { body }: ProviderCall, { text = "yes", tokens = 10 }: Said): void {
  json(response, 200, {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: body.model,
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: tokens, total_tokens: 10 + tokens },
  });
}

export async function wait(ms: number): Promise<Said> {
  await sleep(ms);
  return {};
}

export const KEY = { OPENAI_API_KEY: "sk-test-0123456789abcdefghij" };

/** One prompt in the mood `main`, whose 80 cases expect "yes", on the branch `main` of a repository. */
export function moodyProject(baseUrl: string, suite = "", cases = 80): Promise<string> {
  return repositoryOf({
    "agentops.config.yaml": `project: x
models: { openai: { kind: openai, baseUrl: "${baseUrl}" } }
pricing: { openai/gpt-4o-2024-08-06: { inputPerMillionUsd: 100, outputPerMillionUsd: 100 } }
limits: { concurrency: 4, retries: 0 }
`,
    "prompts/p.prompt.yml": `name: p
model: openai/gpt-4o-2024-08-06
messages: [{ role: system, content: "moods: main" }, { role: user, content: "{{q}}" }]
`,
    "evals/s.suite.yml": `name: s\ntarget: prompts/p\ndataset: d.jsonl\nscorers: [{ type: equals }]\n${suite}`,
    "evals/d.jsonl": Array.from({ length: cases }, (_, i) => caseLine(i)).join("\n"),
  });
}

export function caseLine(i: number): string {
  return JSON.stringify({ id: `c${i}`, vars: { q: `${i}` }, expected: "yes" });
}

/** A pull request that puts the prompt in another mood. */
export async function moodChanges(dir: string, mood: string): Promise<void> {
  await git(dir, "checkout", "-q", "-B", mood, "main");
  edit(dir, "prompts/p.prompt.yml", (text) => text.replace("moods: main", `moods: ${mood}`));
  await commitAll(dir, mood);
}
