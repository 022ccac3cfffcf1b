/**
 * Writes the package's JavaScript: each module of src/ as a file of its own, for benchmarks; and the command line and the SDK, each joined
 * with the libraries it always needs into a few files, because most of the start-up of a short command, or of an agent that only asks what
 * is killed, is finding and opening some three hundred modules. What is native, large or rarely used stays outside and is loaded when it
 * is needed. Types are tsc's; see docs/decisions/005-the-command-line-is-bundled.md.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rolldown } from "rolldown";

const TEST = /([.]test[.]ts|[.]testing[.]ts)$|^testing[\\/]/;
const ALWAYS_NEEDED = /^(zod|yaml|commander|kysely|fastest-levenshtein|canonicalize|uuidv7)(\/|$)/;
const isOwn = (id) => id.startsWith(".") || id.startsWith("/") || /^[A-Za-z]:[\\/]/.test(id);

/** One letter above U+00FF makes V8 keep a file as two bytes a letter, which takes longer to read and to parse. */
function ascii(code) {
  const literal = /\\[^\0-\x7f]|[.]raw`[^`]*[^\0-\x7f]/.exec(code);
  if (literal !== null) throw new Error(`would mean something else as ASCII: ${literal[0]}`);
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

async function write(input, isOutside, output, define = {}) {
  const bundle = await rolldown({
    input,
    platform: "node",
    external: isOutside,
    checks: { ineffectiveDynamicImport: false },
    transform: { define },
  });
  return (await bundle.write({ format: "esm", ...output })).output;
}

/** What `agentops --help` says where no terminal is: made here, it needs neither the command parser nor any command. */
async function helpText() {
  const { runProgram } = await import("../dist/cli/program.js");
  const written = [];
  const shell = { env: {}, stdout: { write: (text) => written.push(text) } };
  await runProgram(shell, ["help"], {}, undefined);
  return written.join("");
}

const modules = readdirSync("src", { recursive: true }).filter((file) => file.endsWith(".ts") && !TEST.test(file));
const names = modules.map((file) => file.slice(0, -".ts".length));
await write(Object.fromEntries(names.map((name) => [name, `src/${name}.ts`])), (id) => !isOwn(id), {
  ...{ dir: "dist", preserveModules: true, preserveModulesRoot: "src", entryFileNames: "[name].js" },
});
for (const folder of ["bin", "sdk"]) rmSync(`dist/${folder}`, { recursive: true, force: true });
const isOutside = (id) => !isOwn(id) && !ALWAYS_NEEDED.test(id);
// One flat folder, as deep as dist/cli: paths to the package's own files stay what they are.
const flat = { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" };
// What a command loads anyway in one file instead of thirty: opening them is a tenth of its time. Each is of what is named and all that it imports,
// but for what an earlier one has; so that `--version` loads nothing of a command, and `lint` nothing of the store.
const GROUPS = [
  ["start", "cli/main"],
  [
    "command-line",
    "cli/(command-line|context|document|open/address)|core/(refs|words|pause|duration|folder|location|ids|canonical|configured-store|reason|suggest)|report/(style|numbers)|registry/files",
  ],
  ["on-call", "cli/commands/(kill|revive)/run|state/sqlite/(store|file-connection|migrate|driver)"],
  ["overview", "status/overview.store"],
  ["status", "cli/commands/status/run"],
  ["git", "registry/(git/repo|people)"],
  ["project", "core/project"],
  ["registry", "registry/(read|resolve|source|absent)"],
  ["lint", "cli/commands/lint/lint-and-tell"],
];
const fileOf = (names) => new RegExp(`[\\\\/]src[\\\\/](${names.replaceAll("/", "[\\\\/]")})[.]ts$`);
const codeSplitting = {
  groups: GROUPS.map(([name, files], i) => ({ name, test: fileOf(files), priority: GROUPS.length - i })),
};
// CommonJS: Node 20 takes a fifth less time to start it, because it makes no second module of each one of its own.
const common = { format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "[name]-[hash].cjs" };
const driver = JSON.parse(readFileSync("node_modules/better-sqlite3/package.json", "utf8")).version;
const isOutsideCommand = (id) => isOutside(id) && id !== "better-sqlite3";
const chunks = await write(
  { main: "src/cli/main.ts" },
  isOutsideCommand,
  { dir: "dist/bin", ...common, codeSplitting },
  { JOINED_DRIVER: JSON.stringify(driver), BUILT_HELP: JSON.stringify(await helpText()) },
);
for (const { name, fileName, code } of chunks)
  if (GROUPS.some(([group]) => group === name)) writeFileSync(`dist/bin/${fileName}`, ascii(code));
await write({ index: "src/index.ts", thread: "src/runtime/thread/thread.ts" }, isOutside, { dir: "dist/sdk", ...flat });
