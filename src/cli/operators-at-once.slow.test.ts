import { afterAll, describe, expect, test } from "vitest";
import { versionBefore } from "../operations/way-back.ts";
import { openRollout } from "../rollout/rollouts.store.ts";
import { currentStable } from "../serving/serving.store.ts";
import { drillStores } from "../testing/drill-stores.ts";
import { spawnAgentops } from "../testing/project.ts";
import { halfDone } from "../testing/release-check.ts";
import { arrive, releaseProject, TARGET } from "../testing/release-project.ts";
import { seeded } from "../testing/seeded.ts";
import { type TestStore, withStore } from "../testing/store.ts";

const ROUNDS = Number(process.env["OPERATOR_ROUNDS"] ?? 40);
/** What must have been seen for the rounds to have shown anything; what comes when is the machine's, so more are run until it has. */
const EXPECTED = [
  "promote: 0",
  "promote: 5",
  "rollback: 0",
  "rollback: 5",
  "canary start: 0",
  "canary start: 5",
  "canary advance: 0",
  "canary abort: 0",
];
const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms));

/** What people do, often first. */
const COMMANDS: string[][] = [
  ["rollback", TARGET],
  ["rollback", TARGET],
  ["rollback", TARGET, "--from", "v2"],
  ["rollback", TARGET, "--to", "v1"],
  ["promote", `${TARGET}@v2`],
  ["promote", `${TARGET}@v3`],
  ["promote", `${TARGET}@v1`],
  ["canary", "start", `${TARGET}@v2`, "--unobserved"],
  ["canary", "start", `${TARGET}@v3`, "--unobserved"],
  ["canary", "advance", TARGET],
  ["canary", "advance", TARGET],
  ["canary", "abort", TARGET],
  ["kill", TARGET],
  ["revive", TARGET],
  ["revive", TARGET],
];

/** So that rollouts get on as well. */
const ON_ROLLOUTS = COMMANDS.filter(([verb]) => verb === "canary");

interface Event {
  id: number;
  actor: string;
  action: string;
  before: Record<string, any> | null;
  after: Record<string, any> | null;
}

/** What one who does the commands one after the other would have: each event must fit it. */
class Model {
  changes: { version: string; how: "promote" | "rollout" | "rollback" }[] = [];
  open: { control: string; candidate: string } | null = null;
  isKilled = false;
  /** Rolled back, and neither served to everybody nor started again since: nobody goes back to it by a reflex. */
  readonly bad = new Set<string>();

  get stable(): string | undefined {
    return this.changes.at(-1)?.version;
  }

  /** What is wrong with that event here; null where somebody alone could have done it. */
  take({ action, before, after }: Event): string | null {
    if (action === "kill" || action === "revive") {
      const fits = this.isKilled === (action === "revive");
      this.isKilled = action === "kill";
      return fits ? null : `${action} of what is so already`;
    }
    if (action === "promote" || action === "rollback") {
      if (before?.["version"] !== this.stable) return `${action} from ${before?.["version"]}, served is ${this.stable}`;
      if (this.open !== null && action === "promote") return "promote beside an open rollout";
      if (action === "rollback") this.bad.add(this.stable as string);
      this.serve(after?.["version"] as string, action);
      return null;
    }
    const { control, candidate, phase } = after as { control: string; candidate: string; phase: string };
    if (action === "rollout.start") {
      if (this.open !== null || control !== this.stable) return `a start against ${control}, served is ${this.stable}`;
      this.open = { control, candidate };
      this.bad.delete(candidate);
      return null;
    }
    const wasPromoted = before?.["phase"] === "promoted";
    if (!wasPromoted && this.open?.candidate !== candidate) return `${action} of ${candidate}, which is not under way`;
    if (wasPromoted && this.stable !== candidate) return `${action} of ${candidate}, served is ${this.stable}`;
    if (phase === "rolled-back") this.bad.add(candidate);
    if (phase === "promoted") this.serve(candidate, "rollout");
    if (wasPromoted) this.serve(control, "rollback");
    if (["promoted", "aborted", "rolled-back", "invalid"].includes(phase)) this.open = null;
    return null;
  }

  private serve(version: string, how: "promote" | "rollout" | "rollback"): void {
    this.changes.push({ version, how });
    this.bad.delete(version);
  }
}

async function eventsAfter(store: TestStore, id: number): Promise<Event[]> {
  const rows = await store.rows(
    `SELECT id, actor, action, "before", "after" FROM "auditEvents" WHERE id > $1 ORDER BY id`,
    id,
  );
  const parsed = (text: unknown) => (typeof text === "string" ? (JSON.parse(text) as Record<string, any>) : null);
  return rows.map((row) => ({ ...(row as Event), before: parsed(row["before"]), after: parsed(row["after"]) }));
}

const stores = drillStores("operators");
afterAll(() => stores.end());

describe.each(stores.engines)("on $engine", ({ engine, newStore }) => {
  test(
    "operators at once, with kill -9 among them: what came of it is some order of the commands, and nothing goes back twice",
    { timeout: 3_600_000 },
    async () => {
      const random = seeded(19);
      const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
      const store = await newStore();
      const dir = await releaseProject({ versions: 3 });
      const env = { AGENTOPS_STORE: store.location, AGENTOPS_MARKERS: store.markers! };
      await spawnAgentops(dir, ["promote", `${TARGET}@v1`], env);
      const model = new Model();
      const kinds = new Map<string, number>();
      const count = (kind: string) => kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      let last = 0;
      const unseen = () => EXPECTED.filter((kind) => !kinds.has(kind));
      let round = 0;
      for (; round < ROUNDS || (unseen().length > 0 && round < 4 * ROUNDS); round++) {
        const from = random() < 0.35 ? ON_ROLLOUTS : COMMANDS;
        const orders = Array.from({ length: 2 + Math.floor(random() * 5) }, () => pick(from));
        const isCut = random() < 0.35;
        const runs = await Promise.all(
          orders.map(async (order, i) => {
            const actor = `r${round}n${i}`;
            const reason = order[1] === "advance" ? [] : ["--reason", "drill"];
            const json = ["--env", "production", "--json", "--actor", actor];
            const child = spawnAgentops(dir, [...order, ...reason, ...json], env);
            if (isCut && i === 0) {
              await pause(random() * 700);
              child.kill("SIGKILL");
            }
            const { exitCode, stdout, stderr } = await child;
            return { order, actor, code: exitCode ?? -9, stdout, stderr };
          }),
        );
        await withStore(store, async (open) => {
          const where = `round ${round}: ${orders.map((order) => order.join(" ")).join(" | ")}`;
          expect(await halfDone(open), where).toEqual([]);
          const depth = model.changes.length;
          const events = await eventsAfter(open, last);
          let plainBacks = 0;
          for (const event of events) {
            const way = versionBefore(model.changes, (version) => model.bad.has(version));
            expect(model.take(event), `${where}, ${event.action} by ${event.actor}`).toBe(null);
            const run = runs.find(({ actor }) => actor === event.actor);
            const isPlain = run?.order.length === 2 && run.order[0] === "rollback";
            if (isPlain && event.action === "rollback") expect(event.after?.["version"], where).toBe(way);
            if (isPlain && (event.action === "rollback" || event.before?.["phase"] === "promoted")) plainBacks += 1;
          }
          // Something may go out again between two of them; without that nobody goes back twice.
          const forward = events.filter(({ action, after }) => action === "promote" || action === "rollout.start" || after?.["phase"] === "promoted").length; // prettier-ignore
          expect(plainBacks, `${where}: from ${depth} changes`).toBeLessThanOrEqual(1 + forward);
          for (const { order, actor, code, stdout, stderr } of runs) {
            const own = events.filter((event) => event.actor === actor);
            const changed = code === 0 && order[0] !== "kill" && order[0] !== "revive" ? (JSON.parse(stdout) as { changed?: boolean }).changed : undefined; // prettier-ignore
            const verb = order[0] === "canary" ? `canary ${order[1]!}` : order[0]!;
            count(`${verb}: ${code === -9 ? `cut, ${own.length === 0 ? "not begun" : "done"}` : code}`);
            expect([0, 1, 2, 3, 5, -9], `${where}: ${stderr}`).toContain(code);
            // A turn may be nothing to do; its events are the engine's.
            // --to may end a rollout and go on from there, in one transaction; a turn may be nothing to do, and its events are the engine's.
            // A kill beside a revive stays a kill: what the revive found, recorded and released is made once more.
            const isBesideRevive = verb === "kill" && orders.some(([other]) => other === "revive");
            const most = order.includes("--to") || isBesideRevive ? 2 : 1;
            const mayBe = code === -9 || (code === 0 && changed !== false) ? most : 0;
            if (verb !== "canary advance") expect(own.length, `${where}: ${verb} ${code} ${stdout} ${stderr}`).toBeLessThanOrEqual(mayBe); // prettier-ignore
            if (verb === "promote" && code === 0 && changed === true) expect(own.length, where).toBe(1);
          }
          last = events.at(-1)?.id ?? last;
          expect((await currentStable(open.db, "production", TARGET))?.version, where).toBe(model.stable);
          const under = await openRollout(open.db, "production", TARGET);
          expect(under === undefined ? null : { control: under.control, candidate: under.candidate }, where).toEqual(model.open); // prettier-ignore
        });
        // Else most of what follows would be refused.
        if (model.isKilled && random() < 0.8) await spawnAgentops(dir, ["revive", TARGET, "-m", "r", "--env", "production"], env); // prettier-ignore
        if (model.open !== null && random() < 0.6) await arrive(store.location, 60, { control: () => true, candidate: () => random() < 0.9 }); // prettier-ignore
      }
      const found = [...kinds].sort().map(([kind, n]) => `  ${kind.padEnd(36)} ${n}`);
      process.stdout.write(`\n${round} rounds of operators at once on ${engine}\n${found.join("\n")}\n`);
      expect(unseen()).toEqual([]);
    },
  );
});
