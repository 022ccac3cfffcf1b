import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { cleanEnv, REPO } from "./project.ts";

export interface VictimOptions {
  store: string;
  /** The folder of markers; beside a store that is a file, and none for a server, unless it is told. */
  markers?: string;
  env?: string;
  name?: string;
  /** Runs it as this user; only root can. */
  uid?: number | undefined;
}

/** The agent's process in a kill drill: it checks before every step, a step a millisecond, and ends when it is killed. */
const CODE = `
const { AgentOps } = await import(process.env.SDK);
const { name, ...options } = JSON.parse(process.env.VICTIM);
const ops = new AgentOps(options);
ops.checkpoint(name);
console.log("ready");
try {
  for (;;) {
    ops.checkpoint(name);
    await new Promise((done) => setTimeout(done, 1));
  }
} catch (error) {
  console.log(JSON.stringify({ code: error.code, atMs: Date.now(), details: error.details }));
  process.exitCode = 5;
}
ops.close();
`;

export interface Victim {
  /** Resolves when it has stopped: its error, and when it was thrown (wall ms); fails when it ended otherwise. */
  stopped(): Promise<{ code: string; atMs: number; details: Record<string, unknown> }>;
  /** True while it still runs after some steps more. */
  survives(): Promise<boolean>;
  end(): void;
}

/** Starts a victim with the built SDK and waits until it has passed its first check. */
export async function startVictim({ name = "agents/refund-desk", uid, ...options }: VictimOptions): Promise<Victim> {
  const child = execa(process.execPath, ["--input-type=module", "-e", CODE], {
    cwd: "/",
    env: cleanEnv({
      SDK: pathToFileURL(join(REPO, "dist", "sdk", "index.js")).href,
      VICTIM: JSON.stringify({ name, ...options }),
      NODE_NO_WARNINGS: "1",
    }),
    extendEnv: false,
    reject: false,
    timeout: 30_000,
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const ended = child.then(({ stdout, stderr }) => ({ stdout, stderr }));
  await Promise.race([
    new Promise((ready) => child.stdout.once("data", ready)),
    ended.then(({ stderr }) => Promise.reject(new Error(`the victim ended before it was ready: ${stderr}`))),
  ]);
  return {
    async stopped() {
      const { stdout, stderr } = await ended;
      const last = stdout.split("\n").at(-1) ?? "";
      if (!last.startsWith("{")) throw new Error(`the victim was not stopped by a kill: ${stdout} ${stderr}`);
      return JSON.parse(last) as Awaited<ReturnType<Victim["stopped"]>>;
    },
    async survives() {
      await new Promise((done) => setTimeout(done, 300));
      return child.exitCode === null;
    },
    end: () => void child.kill("SIGKILL"),
  };
}
