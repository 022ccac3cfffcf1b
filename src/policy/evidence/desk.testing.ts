import { join } from "node:path";
import { ENGINE } from "../../testing/engine.ts";
import { agentops, copyOfMade, git, put, type Ran } from "../../testing/project.ts";
import { newStoreAddress } from "../../testing/store.ts";
import { repositoryOf } from "../../testing/repository.ts";

const LINES = [
  { id: "1", vars: { ticket: "my invoice" }, expected: "billing" },
  { id: "2", vars: { ticket: "a refund please" }, expected: "returns" },
  { id: "3", vars: { ticket: "what else" }, expected: "general" },
  // No rule of the prompt knows it, so three of four are what it can do.
  { id: "4", vars: { ticket: "I lost my parcel" }, expected: "shipping" },
];

export const SUITE = "evals/desk.suite.yml";
export const CASES = "fixtures/desk.jsonl";
export const PROMPT = "prompts/desk.prompt.yml";

export const cases = (count = LINES.length) =>
  `${LINES.slice(0, count).map((line) => JSON.stringify(line)).join("\n")}\n`; // prettier-ignore
export const suite = ({ min = 0.9, scorers = "{ type: equals }", more = "" } = {}) =>
  `name: desk\ntarget: prompts/desk\ndataset: ../fixtures/desk.jsonl\nscorers: [${scorers}]\ngate: { successRate: { min: ${min} }, nonInferiority: { margin: 0.3 }, policy: point }\n${more}`;
export const prompt = (rules = "") => `name: desk
model: offline/stand-in-v1
messages:
  - role: system
    content: |
      Name the queue.
      - billing: invoice, charged
      - returns: refund
${rules}      Otherwise: general
  - { role: user, content: "{{ticket}}" }
agentops: { owner: cx, input: { type: object, required: [ticket], properties: { ticket: { type: string } } } }
`;

/** A prompt that passes three of its four cases, where nine in ten are asked for: published as v1, on `main`, in a folder of the repository. */
export interface Desk {
  /** The repository's top folder, and the project in it. */
  top: string;
  dir: string;
  run: (...args: string[]) => Promise<Ran>;
  put: (path: string, text: string) => void;
  commit: (...paths: string[]) => Promise<void>;
  git: (...args: string[]) => Promise<string>;
  env: NodeJS.ProcessEnv;
}

export async function desk({ files = {} }: { files?: Record<string, string> } = {}): Promise<Desk> {
  const top = await copyOfMade(`desk ${JSON.stringify(files)}`, () => publishedDesk(files));
  return deskAt(top);
}

export async function deskAt(top: string): Promise<Desk> {
  const dir = join(top, "bots");
  const env = ENGINE === "sqlite" ? {} : { AGENTOPS_STORE: (await newStoreAddress()).location };
  return {
    ...{ top, dir, env },
    run: (...args) => agentops(dir, args, env),
    put: (path, text) => {
      put(dir, path, text);
    },
    commit: async (...paths) => {
      await git(dir, "add", ...paths);
      await git(dir, "commit", "-q", "-m", "Files");
    },
    git: (...args) => git(dir, ...args),
  };
}

async function publishedDesk(files: Record<string, string>): Promise<string> {
  const own = {
    "agentops.config.yaml": "project: test\nmodels: { offline: { kind: offline } }\n",
    ...{ [PROMPT]: prompt(), [SUITE]: suite(), [CASES]: cases(), ...files },
  };
  const top = await repositoryOf(Object.fromEntries(Object.entries(own).map(([path, text]) => [`bots/${path}`, text])));
  const { code, stderr } = await agentops(join(top, "bots"), ["publish", "desk", "--no-push"]);
  if (code !== 0) throw new Error(stderr);
  return top;
}
