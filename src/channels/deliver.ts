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
  const problem = unusable(url);
  if (problem !== null) throw new Error(`${channel.urlEnv} ${problem}`);
  const secret = channel.secretEnv === undefined ? undefined : sender.env[channel.secretEnv];
  if (channel.secretEnv !== undefined && !secret) throw new Error(`${channel.secretEnv} is not set`);
  const signature = secret === undefined ? {} : { "x-agentops-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` }; // prettier-ignore
  const headers = { "content-type": "application/json", ...signature };
  for (let attempt = 0; ; attempt++) {
    const failed = await post(url, { headers, body }, sender.signal);
    if (failed === null) return;
    const pause = PAUSES_MS[attempt];
    if (failed.final || pause === undefined) throw new Error(failed.why);
    await new Promise((done) => setTimeout(done, pause));
  }
}

function unusable(url: string): string | null {
  if (!URL.canParse(url)) return "is no address";
  const { protocol, username, password } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") return "is no http or https address";
  return username !== "" || password !== "" ? "has a user or a password in it, which a webhook cannot take" : null;
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
      redirect: "manual",
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    // It was taken, whatever becomes of the rest of the answer: asked again it would be told twice.
    await response.body?.cancel().catch(() => undefined);
    if (response.ok) return null;
    if (response.status >= 300 && response.status < 400)
      return { why: `the webhook answered ${response.status}: it has moved`, final: true };
    const final = response.status < 500 && response.status !== 429 && response.status !== 408;
    return { why: `the webhook answered ${response.status}`, final };
  } catch (error) {
    // fetch names the address, and an address may be a secret.
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    const why = cause?.code ?? cause?.message ?? (error as Error).name;
    return { why: `the webhook could not be reached: ${why}`, final: signal?.aborted === true };
  }
}
