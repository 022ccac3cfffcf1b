import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A PostgreSQL of this run's own: its data folder, and the way to stop it. */
export interface Server {
  /** `postgres://postgres@127.0.0.1:PORT`, without a database. */
  url: string;
  folder: string;
  /** SIGKILL: as a machine that loses power, but for what the disk had not written. */
  kill(): Promise<void>;
  /** On the same data and port. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** In order, and its data stays. */
  stopKeeping(): Promise<void>;
  /** Gives its user the data that was put in the place of its own. */
  own(): void;
}

/** The folder of PostgreSQL's programs: on PATH, else where Debian's package puts the newest. */
export function postgresFolder(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const majors = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...majors.map((major) => join(debian, major, "bin")),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

/** Nothing of a test outlives a power cut. */
const FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/** Makes a data folder and starts a server on it; `durable` for drills about what survives. */
export async function startServer({ durable = false } = {}): Promise<Server> {
  const programs = postgresFolder();
  if (programs === undefined) throw new Error("PostgreSQL's programs are neither on PATH nor in /usr/lib/postgresql");
  const folder = mkdtempSync(join(tmpdir(), "agentops-pg-"));
  const user = unprivileged();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const init = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions", "--wal-segsize=1"]; // prettier-ignore
  const made = spawnSync(join(programs, "initdb"), init, { ...user, cwd: folder, encoding: "utf8" });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const settings = [
    ...(durable ? [] : FAST),
    ...["max_connections=80", "shared_buffers=32MB", "max_wal_senders=0", "wal_level=minimal", "max_wal_size=256MB"],
    ...[`unix_socket_directories=${folder}`, "listen_addresses=127.0.0.1"],
  ];
  const run = () => runServer(join(programs, "postgres"), { data, port, settings, folder, user });
  let child = await run();
  return {
    url: `postgres://postgres@127.0.0.1:${port}`,
    folder,
    kill: () => ended(child, "SIGKILL"),
    start: async () => {
      // The last connections of one that was killed hold its memory for a moment.
      for (let tries = 1; ; tries++) {
        try {
          child = await run();
          return;
        } catch (error) {
          if (tries === 50) throw error;
          await pause(100);
        }
      }
    },
    stopKeeping: () => ended(child, "SIGINT"),
    own: () => {
      if (user !== undefined) spawnSync("chown", ["-R", `${user.uid}:${user.gid}`, data]);
    },
    stop: async () => {
      await ended(child, "SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface RunOptions {
  data: string;
  port: number;
  settings: readonly string[];
  folder: string;
  user: { uid: number; gid: number } | undefined;
}

async function runServer(program: string, { data, port, settings, folder, user }: RunOptions): Promise<ChildProcess> {
  const args = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
  // Into a file: a pipe that nobody reads fills up, and the server stands still.
  const log = openSync(join(folder, "log"), "a");
  const child = spawn(program, args, { ...user, cwd: folder, stdio: ["ignore", log, log] });
  process.once("exit", () => child.kill("SIGKILL"));
  for (let waited = 0; waited < 30_000; waited += 20) {
    if (child.exitCode !== null) throw new Error(`postgres ended: ${readFileSync(join(folder, "log"), "utf8")}`);
    if (isReady(join(data, "postmaster.pid"), child.pid)) return child;
    await pause(20);
  }
  throw new Error("postgres is not ready after 30 s");
}

/** https://www.postgresql.org/docs/current/storage-file-layout.html: line 1 is the process, line 8 its state. */
function isReady(file: string, pid: number | undefined): boolean {
  if (!existsSync(file)) return false;
  const lines = readFileSync(file, "utf8").split("\n");
  return lines[0]?.trim() === String(pid) && lines[7]?.trim() === "ready";
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else {
      child.once("exit", () => {
        resolve();
      });
      child.kill(signal);
    }
  });
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync("/etc/passwd", "utf8").split("\n").find((each) => each.startsWith("postgres:") || each.startsWith("nobody:")); // prettier-ignore
  const [, , uid = "65534", gid = "65534"] = (line ?? "").split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => {
        resolve(port);
      });
    });
  });
}
