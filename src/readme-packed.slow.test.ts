import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { execa, execaSync } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { REPO, tempProject } from "./testing/project.ts";
import { followReadme } from "./testing/readme.ts";

/** What a machine needs to reach the registry, and nothing else of its npm's settings. */
const ROUTE = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^((https?|no)_proxy|node_extra_ca_certs|ssl_cert_file)$/i.test(name)),
);
const online = await execa("npm", ["view", "npm@10", "version"], { timeout: 30_000, reject: false });

describe("who gets the tarball, in an empty folder and with no settings", () => {
  let tarball: string;
  beforeAll(async () => {
    if (online.failed) return;
    // A copy: it is built, and other tests start what is built here.
    const source = tempProject();
    const files = await execa("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: REPO });
    const named = files.stdout.split("\0").filter((file) => file !== "" && existsSync(join(REPO, file)));
    const input = named.join("\n");
    await execa("sh", ["-c", `tar -C '${REPO}' -cf - -T - | tar -xf -`], { cwd: source, input });
    symlinkSync(join(REPO, "node_modules"), join(source, "node_modules"));
    // Types take the compiler most of a minute, and nobody here reads them.
    await execa("npm", ["run", "build:js"], { cwd: source });
    await execa("npm", ["pack", "--silent", "--ignore-scripts"], { cwd: source });
    tarball = join(source, "agentops-0.1.0.tgz");
  }, 600_000);

  test.for(["10", "11"])(
    "npm %s: every line that init and the README say works as it is typed",
    async (major, { skip }) => {
      skip(online.failed, "npm's registry is not reachable");
      const person = await newcomer(major);
      await person.types("npm init -y");
      await person.types(`npm install '${tarball}'`);
      const { stdout } = await person.types("npx agentops init my-project");
      const next = stdout.slice(stdout.indexOf("next: ") + "next: ".length).split("\n");
      expect(next).toHaveLength(2);
      // One shell, as one terminal: the first line goes into the folder.
      expect((await person.types(next.join("\n"))).stdout).toContain("verdict: pass");
      const dir = join(person.dir, "my-project");
      const { env, before } = person;
      expect(await followReadme({ dir, env, before })).toBeGreaterThan(10);
      // Ten thousand files: they take longer to remove than the hook after each file of tests has time.
      await execa("rm", ["-rf", join(person.dir, "node_modules"), join(env["HOME"]!, ".npm")]);
    },
  );
});

interface Newcomer {
  /** The folder that was empty. */
  dir: string;
  env: NodeJS.ProcessEnv;
  /** Where their npm is. */
  before: string[];
  /** Throws, with what was printed, where the line does not end with 0. */
  types: (line: string) => Promise<{ stdout: string }>;
}

/** A person with this major version of npm, a name in git, and nothing else. */
async function newcomer(major: string): Promise<Newcomer> {
  const prefix = tempProject();
  await execa("npm", ["install", "--silent", "--prefix", prefix, `npm@${major}`]);
  const bin = join(prefix, "node_modules", ".bin");
  const home = tempProject({ gitconfig: "[user]\n\tname = Ada\n\temail = ada@example.com\n" });
  keepBinary(home);
  const dir = join(home, "empty");
  mkdirSync(dir);
  const env = { ...ROUTE, HOME: home, GIT_CONFIG_GLOBAL: join(home, "gitconfig") };
  const { PATH, TMPDIR } = process.env;
  const types = (line: string) =>
    execa("sh", ["-ec", line], {
      cwd: dir,
      env: { TMPDIR, ...env, PATH: [bin, PATH].join(delimiter) },
      extendEnv: false,
      stdin: "ignore",
    });
  expect((await types("npm -v")).stdout).toMatch(new RegExp(`^${major}[.]`));
  return { dir, env, before: [bin], types };
}

/**
 * The driver's install script downloads a binary, or compiles for minutes; both need more than the registry. So what `npm ci` got here lies
 * where that script keeps its downloads. A driver that comes with its binary asks for none.
 */
function keepBinary(home: string): void {
  const manifest = createRequire(join(REPO, "package.json")).resolve("better-sqlite3/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const name = `better-sqlite3-v${version}-node-v${process.versions.modules}-${process.platform}-${process.arch}.tar.gz`;
  const url = `https://github.com/WiseLibs/better-sqlite3/releases/download/v${version}/${name}`;
  const kept = join(home, ".npm", "_prebuilds");
  mkdirSync(kept, { recursive: true });
  const digest = createHash("sha512").update(url).digest("hex").slice(0, 6);
  const binary = "build/Release/better_sqlite3.node";
  if (!existsSync(join(dirname(manifest), binary))) return;
  execaSync("tar", ["-czf", join(kept, `${digest}-${name}`), "-C", dirname(manifest), binary]);
}
