import js from "@eslint/js";
import tseslint from "typescript-eslint";

const pure = {
  "no-restricted-syntax": [
    "error",
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Take a Clock (core/clock)." },
    {
      selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
      message: "Take a Clock (core/clock).",
    },
    {
      selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
      message: "Randomness comes from core/ids or is passed in.",
    },
  ],
};

/** The store's language stays in one room and in the rooms' own stores, so that another engine is written once. */
const sqlInStores = [
  ...pure["no-restricted-syntax"],
  { selector: "CallExpression[callee.property.name='prepare']", message: "SQL stands in state/ and in *.store.ts." },
  { selector: "CallExpression[callee.property.name='pragma']", message: "SQL stands in state/ and in *.store.ts." },
  { selector: "TaggedTemplateExpression[tag.name='sql']", message: "SQL stands in state/ and in *.store.ts." },
  { selector: "Literal[value=/sqlite|postgres(?!:)/i]", message: "Only state/ and *.store.ts name an engine." },
  { selector: "Identifier[name=/sqlite|postgres/i]", message: "Only state/ and *.store.ts name an engine." },
  { selector: "MemberExpression[property.name='sqlite']", message: "Only state/ and *.store.ts name an engine." },
];

/** A query outside of a transaction waits for the one that it stands in. */
const txInTransactions = [
  {
    selector: "CallExpression[callee.property.name='inTransaction'] > :function MemberExpression[property.name='db']",
    message: "Within a transaction everything goes through tx.",
  },
];

/** A test of an operators' room asks testing/store.ts for its store: the engine is chosen there. */
const storesInTests = {
  patterns: [
    { group: ["**/state/open.ts"], importNames: ["openStore"], message: "Take openTestStore() or withStore()." },
  ],
};

export default tseslint.config(
  { ignores: ["dist", "node_modules", "fixtures", "schemas"] },
  js.configs.recommended,
  {
    files: ["src/**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      ...pure,
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/state/**", "src/**/*.store.ts"],
    rules: { "no-restricted-syntax": [...sqlInStores, ...txInTransactions] },
  },
  {
    files: ["src/state/**", "src/**/*.store.ts"],
    rules: { "no-restricted-syntax": [...pure["no-restricted-syntax"], ...txInTransactions] },
  },
  { files: ["src/core/clock.ts", "src/core/ids.ts"], rules: { "no-restricted-syntax": "off" } },
  {
    files: ["src/**/*.test.ts", "src/**/*.testing.ts", "src/testing/**/*.ts"],
    rules: {
      "max-lines": "off",
      "max-lines-per-function": "off",
      "no-restricted-syntax": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/restrict-plus-operands": "off",
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: ["src/**/*.test.ts", "src/testing/**/*.ts"],
    ignores: ["src/state/**", "src/testing/store.ts"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", storesInTests] },
  },
  {
    files: ["bin/**/*.js", "bench/**/*.js", "*.js", "*.cjs", "scripts/**/*.js", "fixtures/**/*.js"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
        performance: "readonly",
        Buffer: "readonly",
        fetch: "readonly",
        module: "writable",
      },
    },
  },
  // The launcher is CommonJS (bin/package.json).
  {
    files: ["bin/**/*.js"],
    languageOptions: { sourceType: "commonjs", globals: { __dirname: "readonly" } },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
