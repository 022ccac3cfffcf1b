import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AGENTOPS } from "../measure.js";
import { drive } from "./drive.js";
import { BEGIN } from "./ours.js";
import { HOUR } from "./traffic.js";

const CLOCK = new URL("./clock.js", import.meta.url).href;
const PROMPT = "prompts/x.prompt.yml";
const TEXT = "name: x\nmodel: offline/echo\nmessages:\n  - { role: user, content: 'Answer {{q}}' }\n";
/** So often the lines that are there are handed to `observe`. */
const EVERY = HOUR / 2;

/**
 * One run through the real binary, in a repository of its own: `publish`, `promote`, `canary start`, then every half hour what was served
 * (`observe --served`) and what became of it (`observe`), by a clock that stands where the run is. Gives what the screens say at the end.
 */
export async function throughBinary(folder, world, traffic, commands) {
  const run = (ms, ...args) => spawned(folder, ms, args);
  const must = (ms, ...args) => {
    const { code, text } = run(ms, ...args);
    if (code !== 0) throw new Error(`${args.join(" ")}: ${code}\n${text}`);
  };
  begin(folder, must, world);
  const engine = engineOf(folder, { run, must }, world);
  await drive(engine, world, traffic);
  return commands.map((args) => [args.join(" "), run(engine.now, ...args).text]);
}

function begin(folder, run, world) {
  const git = (...args) => execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], { cwd: folder }); // prettier-ignore
  const config = {
    project: "x",
    models: { offline: { kind: "offline" } },
    policy: { production: { evidence: false } },
  };
  mkdirSync(join(folder, "prompts"));
  const outcomes =
    world.outcomes === undefined ? {} : { outcomes: { "prompts/x": { settle: `${world.outcomes.settleHours}h` } } };
  writeFileSync(
    join(folder, "agentops.config.yaml"),
    JSON.stringify({ ...config, rollout: world.settings, ...outcomes }),
  );
  git("init", "-q");
  for (const [i, by] of ["-1 hour", "-30 minutes"].entries()) {
    writeFileSync(join(folder, PROMPT), TEXT.replace("Answer", `Answer (${i + 1})`));
    git("add", ".");
    git("commit", "-qm", by);
    run(-HOUR, "publish", "x", "--no-push");
  }
  run(-HOUR, "promote", "x@v1", "--reason", "the first");
  run(0, "canary", "start", "x@v2", "--reason", "a scenario", "--unobserved", ...(world.fast ? ["--fast"] : []));
}

function engineOf(folder, { run, must }, world) {
  const lines = { observe: [], served: [] };
  const rollout = JSON.parse(run(0, "canary", "status", "x", "--json").text);
  const engine = {
    weight: rollout.weight,
    phase: null,
    now: 0,
    units: () => 0,
    serve: (event) => lines.served.push(servedLine(rollout, event)),
    observe: (event) => void lines.observe.push(outcomeLine(world, rollout, event)),
    tick(ms) {
      if (ms - engine.now < EVERY) return;
      engine.now = ms;
      hand(folder, { run, must }, ms, lines);
      const { weight, phase } = JSON.parse(run(ms, "canary", "status", "x", "--json").text);
      engine.weight = weight;
      if (!["progressing", "promoting", "shadow"].includes(phase)) engine.phase = phase;
    },
  };
  return engine;
}

/** What is not recorded is no evidence, so a refusal ends it; `advance` says by its exit how the rollout ended. */
function hand(folder, { run, must }, ms, lines) {
  for (const [kind, flags] of [
    ["served", ["--served"]],
    ["observe", []],
  ]) {
    const file = join(folder, `${kind}.jsonl`);
    writeFileSync(file, `${lines[kind].map((line) => JSON.stringify(line)).join("\n")}\n`);
    if (lines[kind].length > 0) must(ms, "observe", ...flags, file);
    lines[kind].length = 0;
  }
  run(ms, "canary", "advance", "x");
}

const timeOf = (ms) => new Date(BEGIN + ms).toISOString();
const named = (rollout, { unit, isCandidate, weight }) => ({
  ...{ target: "prompts/x", version: isCandidate ? "v2" : "v1", unit: `u${unit}`, rollout: rollout.id, weight },
});

function servedLine(rollout, event) {
  return { ...named(rollout, event), servedAt: timeOf(event.servedAt), exposure: `r${event.servedAt}-${event.unit}` };
}

function outcomeLine({ undeclared = false }, rollout, event) {
  const { at, servedAt, success, latencyMs, costUsd, breach } = event;
  const its = { ...named(rollout, event), success, latencyMs, costUsd, ...(breach !== undefined && { safe: !breach }) };
  return undeclared ? { ...its, rollout: undefined, weight: undefined, at: timeOf(at) } : { ...its, servedAt: timeOf(servedAt), at: timeOf(at) }; // prettier-ignore
}

function spawned(folder, ms, args) {
  const env = { ...process.env, NO_COLOR: "1", NODE_OPTIONS: `--import ${CLOCK}`, SCENARIO_NOW: String(BEGIN + ms), AGENTOPS_ENV: "production", AGENTOPS_ACTOR: "ada" }; // prettier-ignore
  const output = join(folder, "output.txt");
  try {
    execFileSync("/bin/sh", ["-c", 'exec "$@" > "$OUT" 2>&1', "sh", process.execPath, AGENTOPS, ...args], { cwd: folder, env: { ...env, OUT: output } }); // prettier-ignore
    return { code: 0, text: readFileSync(output, "utf8") };
  } catch (error) {
    return { code: error.status, text: readFileSync(output, "utf8") };
  }
}
