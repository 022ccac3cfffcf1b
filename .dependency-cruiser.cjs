/** Data flows one way: what a room may import is on a list; what is on no list fails. Each rule says why. */

/** A room imports those above it, and the ground; what it needs of a room below is handed to it. src/README.md says what each is. */
const ROOMS = [
  "channels",
  "registry",
  "models",
  "guards",
  "budgets",
  "tools",
  "approvals",
  "scorers",
  "evals",
  "comparison",
  "gate",
  "planning",
  "kill",
  "serving",
  "rollout",
  "observations",
  "indicators",
  "slo",
  "policy",
  "operations",
  "traces",
  "live",
  "costs",
  "alerts",
  "incidents",
  "status",
  "upkeep",
  "report",
  // Its thread is a program of its own and words what it records.
  "runtime",
  "server",
  "cli",
];
/** What every room stands on, each on those before it. */
const GROUND = ["stats", "core", "state", "audit"];
const MAY_IMPORT = {
  stats: [],
  core: [],
  state: ["core"],
  audit: ["core", "state"],
  ...Object.fromEntries(ROOMS.map((room, i) => [room, [...GROUND, ...ROOMS.slice(0, i)]])),
};
const WHY = {
  stats: "Numbers in, numbers out: statistics that import something cannot be checked alone.",
  core: "Everybody needs core, so core needs nobody.",
  state: "The store knows tables, not what they mean.",
};

const TEST = "([.]test[.]ts|[.]testing[.]ts|^src/testing/)";
const allowed = Object.entries(MAY_IMPORT).map(([room, rooms]) => ({
  name: `what-${room}-imports`,
  comment: WHY[room] ?? `An edge from ${room} to a room below it would make the way of the data a circle.`,
  severity: "error",
  from: { path: `^src/${room}/`, pathNot: TEST },
  to: { path: "^src/", pathNot: `^src/(${[room, ...rooms].join("|")})/` },
}));
const only = (name, what, rooms, why) => ({
  name,
  comment: why,
  severity: "error",
  from: { path: "^src/", pathNot: `^src/(${rooms})|${TEST}` },
  to: { path: what },
});

module.exports = {
  TEST,
  forbidden: [
    {
      name: "a-room-on-the-list",
      comment: "A folder that is no room has no place in the order: add it to ROOMS, or find the room for it.",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: `^src/(${Object.keys(MAY_IMPORT).join("|")}|testing)/` },
      to: {},
    },
    ...allowed,
    {
      name: "no-circular",
      comment: "A circle has no first file to read.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-circle-of-folders",
      comment: "Two folders that need each other are one.",
      severity: "error",
      scope: "folder",
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
      name: "report-is-pure",
      comment: "A report turns a result into text; it opens nothing.",
      severity: "error",
      from: { path: "^src/report/", pathNot: TEST },
      to: { path: "^(node:)?(fs|child_process|net|http)|^src/state/" },
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
    only(
      "who-starts-programs",
      "^(node:)?child_process$",
      "registry/git/git|registry/signing/ssh|core/program",
      "Git is started in one file, ssh-keygen in another, and a user's programs in a third, which ends them with all that they started.",
    ),
    only("sqlite-in-state", "node_modules/better-sqlite3/", "state/", "One room opens the store; others get it open."),
    only(
      "providers-in-models",
      "node_modules/(@ai-sdk|undici)/",
      "models/",
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
