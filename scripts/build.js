/**
 * Writes the package's JavaScript: each module of src/ as a file of its own, for benchmarks; and the command line and the SDK, each joined
 * with the libraries it always needs into a few files, because most of the start-up of a short command, or of an agent that only asks what
 * is killed, is finding and opening some three hundred modules. What is native, large or rarely used stays outside and is loaded when it
 * is needed. Types are tsc's; see docs/decisions/005-the-command-line-is-bundled.md.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { rolldown } from "rolldown";

const TEST = /([.]test[.]ts|[.]testing[.]ts)$|^testing[\\/]/;
const ALWAYS_NEEDED = /^(zod|yaml|commander|kysely|fastest-levenshtein|canonicalize|uuidv7)(\/|$)/;
const isOwn = (id) => id.startsWith(".") || id.startsWith("/") || /^[A-Za-z]:[\\/]/.test(id);

async function write(input, isOutside, output, define = {}) {
  const bundle = await rolldown({
    input,
    platform: "node",
    external: isOutside,
    checks: { ineffectiveDynamicImport: false },
    transform: { define },
  });
  await bundle.write({ format: "esm", ...output });
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
// What a kill loads anyway in one file instead of thirty: opening them is a tenth of its time.
const ON_CALL =
  /better-sqlite3|[\\/]src[\\/](kill|audit|core[\\/](configured-store|duration|environments|errors|folder|ids|location|pause|printable|refs|words)|state[\\/](address|bare|batch|errors|insert|locks|raw|transaction|why-not|migrations[\\/]|postgres[\\/]errors|sqlite[\\/](batch|connection|driver|errors|file-connection|migrate|store))|cli[\\/](actor|context|document|failure|version|open[\\/](address|switchboard)|commands[\\/]kill[\\/])|report[\\/](kill[\\/]|numbers|style))/;
const codeSplitting = { groups: [{ name: "on-call", test: ON_CALL }] };
// CommonJS: Node 20 takes a fifth less time to start it, because it makes no second module of each one of its own.
const common = { format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "[name]-[hash].cjs" };
const driver = JSON.parse(readFileSync("node_modules/better-sqlite3/package.json", "utf8")).version;
const isOutsideCommand = (id) => isOutside(id) && id !== "better-sqlite3";
await write(
  { main: "src/cli/main.ts" },
  isOutsideCommand,
  { dir: "dist/bin", ...common, codeSplitting },
  { JOINED_DRIVER: JSON.stringify(driver) },
);
await write({ index: "src/index.ts", thread: "src/runtime/thread/thread.ts" }, isOutside, { dir: "dist/sdk", ...flat });
