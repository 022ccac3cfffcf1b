/** Data flows one way: each rule names an edge that must not exist, and why. */
const TEST = "([.]test[.]ts|[.]testing[.]ts|^src/testing/)";
const only = (name, pkg, rooms, why) => ({
  name,
  comment: why,
  severity: "error",
  from: { path: "^src/", pathNot: `^src/(${rooms})/|${TEST}` },
  to: { path: `node_modules/(${pkg})/` },
});

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "A circle has no first file to read.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "A module nobody imports is dead, or somebody forgot to use it.",
      severity: "error",
      from: { orphan: true, pathNot: `${TEST}|^src/index[.]ts$` },
      to: {},
    },
    {
      name: "stats-stands-alone",
      comment: "Numbers in, numbers out: statistics that import something cannot be checked alone.",
      severity: "error",
      from: { path: "^src/stats/", pathNot: TEST },
      to: { pathNot: "^src/stats/" },
    },
    {
      name: "core-imports-libraries",
      comment: "Everybody needs core, so core needs nobody.",
      severity: "error",
      from: { path: "^src/core/", pathNot: TEST },
      to: { path: "^src/(?!core/)" },
    },
    {
      name: "state-imports-core",
      comment: "The store knows tables, not what they mean.",
      severity: "error",
      from: { path: "^src/state/", pathNot: TEST },
      to: { path: "^src/(?!core/|state/)" },
    },
    {
      name: "report-is-pure",
      comment: "A report turns a result into text; it opens nothing.",
      severity: "error",
      from: { path: "^src/report/", pathNot: TEST },
      to: { path: "^(node:)?(fs|child_process|net|http)|^src/(cli|state)/" },
    },
    {
      name: "nobody-imports-cli",
      comment: "The shell is the outermost layer; only bin starts it.",
      severity: "error",
      from: { path: "^src/(?!cli/)", pathNot: TEST },
      to: { path: "^src/cli/" },
    },
    {
      name: "no-test-support-in-code",
      comment: "What tests need does not ship.",
      severity: "error",
      from: { path: "^src/", pathNot: TEST },
      to: { path: TEST },
    },
    {
      name: "who-starts-programs",
      comment: "Git is started in one file, a user's programs by the agents and scorers that run them.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: `^src/(registry/(git/)?git|models/agent/(process|kill)|evals/scorers/(programs/)?(exec|run-program))[.]ts$|${TEST}`,
      },
      to: { path: "^(node:)?child_process$" },
    },
    only("sqlite-in-state", "better-sqlite3", "state", "One room opens the store; others get it open."),
    only(
      "providers-in-models",
      "@ai-sdk|undici",
      "models",
      "One room talks to providers, so that limits and retries hold everywhere.",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
