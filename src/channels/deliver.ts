import { createHmac } from "node:crypto";
import type { Channel } from "../core/channels.schema.ts";
import { runProgram } from "../core/program.ts";

const TIMEOUT_MS = 10_000;
/** A receiver that is restarted is back by then; what stays down is tried again by whoever comes next. */
const PAUSES_MS = [500, 2000];

export interface Sender {
  /** Where addresses and secrets are read from; what a program sees. */
  env: NodeJS.ProcessEnv;
  cwd: string;
  signal?: AbortSignal;
}

/** Delivers a message once it was taken. Throws an Error that says why not, without address or secret. */
export async function deliver(channel: Channel, message: unknown, sender: Sender): Promise<void> {
  const body = JSON.stringify(message);
  if (channel.kind === "command") {
    const signal = sender.signal ?? new AbortController().signal;
    await runProgram({ ...channel, ...sender, stdin: `${body}\n`, timeoutMs: TIMEOUT_MS, signal });
    return;
  }
  const url = sender.env[channel.urlEnv];
  if (url === undefined || url === "") throw new Error(`${channel.urlEnv} is not set`);
  const secret = channel.secretEnv === undefined ? undefined : sender.env[channel.secretEnv];
  if (channel.secretEnv !== undefined && !secret) throw new Error(`${channel.secretEnv} is not set`);
  const signature = secret === undefined ? {} : { "x-agentops-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` }; // prettier-ignore
  const headers = { "content-type": "application/json", ...signature };
  for (let attempt = 0; ; attempt++) {
    const problem = await post(url, { headers, body }, sender.signal);
    if (problem === null) return;
    const pause = PAUSES_MS[attempt];
    if (problem.final || pause === undefined) throw new Error(problem.why);
    await new Promise((done) => setTimeout(done, pause));
  }
}

/** Null once it was taken; `final` where asking again cannot help. */
async function post(
  url: string,
  request: { headers: Record<string, string>; body: string },
  signal: AbortSignal | undefined,
): Promise<{ why: string; final: boolean } | null> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      ...request,
      method: "POST",
      redirect: "error",
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    await response.body?.cancel();
    if (response.ok) return null;
    const final = response.status < 500 && response.status !== 429 && response.status !== 408;
    return { why: `the webhook answered ${response.status}`, final };
  } catch (error) {
    // fetch names the address, and an address may be a secret.
    const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
    return {
      why: `the webhook could not be reached: ${code ?? (error as Error).name}`,
      final: signal?.aborted === true,
    };
  }
}
