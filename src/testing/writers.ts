import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import type { ObservationStats } from "../runtime/backlog-account.ts";
import { cleanEnv, REPO } from "./project.ts";

/**
 * An agent's process: asks what a unit is served, and observes how that went, until its time is over. The outcome belongs to the unit:
 * one in ten fails. The weight it was served at is part of the id, so that somebody can count again.
 */
const CODE = `
const { AgentOps } = await import(process.env.SDK);
const { store, markers, target, me, ms, units, batch, pauseMs } = JSON.parse(process.env.WRITER);
const ops = new AgentOps({ store, ...(markers && { markers }), env: "production" });
const until = performance.now() + ms;
let n = 0;
while (performance.now() < until) {
  for (let i = 0; i < batch; i++, n++) {
    const number = units === null ? n : Math.floor(Math.random() * units);
    const unit = units === null ? me + "-" + n : "u" + number;
    const { served } = ops.resolve(target, { unit });
    // A server that does not answer yet has served nobody.
    if (served === null) continue;
    ops.observe({ ...served, success: number % 10 > 0, latencyMs: 100 + (number % 83), id: me + "-" + n + "~" + (served.weight ?? "") });
  }
  // What is lost to a full queue is another drill.
  do await new Promise((done) => setTimeout(done, pauseMs));
  while (ops.stats().queued > 5000 && performance.now() < until);
}
while (!ops.flush());
console.log(JSON.stringify(ops.stats()));
ops.close();
`;

export interface WritersOptions {
  store: string;
  /** The folder of markers of a store that is a server. */
  markers?: string;
  target: string;
  count: number;
  ms: number;
  /** Units that come again and again, to all of them; null: each observation has one of its own. */
  units?: number | null;
  /** Observations before each pause. */
  batch?: number;
  pauseMs?: number;
}

export interface WriterRun {
  code: number;
  stderr: string;
  stats: ObservationStats;
}

/** Runs processes that observe through the built SDK, side by side, to their end. */
export function runWriters({ count, units = null, batch = 20, pauseMs = 10, ...rest }: WritersOptions) {
  return Promise.all(
    Array.from({ length: count }, async (_, i): Promise<WriterRun> => {
      const { exitCode, stdout, stderr } = await execa(process.execPath, ["--input-type=module", "-e", CODE], {
        env: cleanEnv({
          SDK: pathToFileURL(join(REPO, "dist", "sdk", "index.js")).href,
          WRITER: JSON.stringify({ ...rest, units, batch, pauseMs, me: `p${i}` }),
        }),
        extendEnv: false,
        reject: false,
      });
      if (exitCode !== 0) throw new Error(`a writer ended with ${String(exitCode)}: ${stderr}`);
      return { code: exitCode, stderr, stats: JSON.parse(stdout) as ObservationStats };
    }),
  );
}
