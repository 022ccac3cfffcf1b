/**
 * Joins the command line and the libraries it always needs into a few files: most of the start-up of a short command is
 * finding and opening some three hundred modules. What is native, large or rarely used stays outside and is loaded when
 * it is needed; the SDK is not touched. See docs/decisions/005-the-command-line-is-bundled.md.
 */
import { rolldown } from "rolldown";

const ALWAYS_NEEDED = /^(zod|yaml|commander|fastest-levenshtein|canonicalize|uuidv7)(\/|$)/;
const isOwn = (id) => id.startsWith(".") || id.startsWith("/") || /^[A-Za-z]:[\\/]/.test(id);

const bundle = await rolldown({
  input: { main: "dist/cli/main.js" },
  platform: "node",
  external: (id) => !isOwn(id) && !ALWAYS_NEEDED.test(id),
});
// One flat folder, as deep as dist/cli: paths to the package's own files stay what they are.
await bundle.write({ dir: "dist/bin", format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" });
