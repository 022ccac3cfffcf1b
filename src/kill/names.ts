import { distance } from "fastest-levenshtein";
import { AgentopsError } from "../core/errors.ts";
import { reasonIn } from "../core/reason.ts";
import { suggest } from "../core/suggest.ts";
import type { BareReader } from "../state/store.ts";
import { openBareToRead } from "../state/bare.ts";
import { whyNot } from "../state/why-not.ts";
import { ALL, targetsOf } from "./latch.ts";
import { readMarkers } from "./markers.ts";
import { namesInStore, storeKnows } from "./names.store.ts";
import type { Switchboard } from "./switchboard.ts";

/** Something that knows names; it throws where it cannot be read. */
export interface NameSource {
  /** As a person calls it. */
  name: string;
  has(target: string): boolean | Promise<boolean>;
  all(): string[] | Promise<string[]>;
}

const DONE: Record<string, string> = { kill: "killed", revive: "revived" };
/** Letters from which a word is near a name, and by how many it may differ. */
const NEAR_FROM = 5;
const NEAR_BY = 2;

/** Whether anything knows a name; null where something that might could not be read. */
export type Knowledge = boolean | null;

export interface Words {
  words: readonly string[];
  /** `--reason`; then every word is a name. */
  reason: string | undefined;
  all: boolean;
  /** Names that nobody knows are meant. */
  unknown: boolean;
}

/** What an operator's words mean. */
export interface Meant {
  targets: { target: string; known: Knowledge }[];
  /** "" when not given. */
  reason: string;
  /** What could not be read, and why: a name that only that knows could be a mistyped one. */
  unchecked: string[];
}

/** A name's targets, and whether anything knows one of them. */
interface Word {
  typed: string;
  /** Empty where it is no name. */
  targets: string[];
  known: Knowledge;
}

/**
 * Known names are targets, at most one other word is the reason. The first source that knows a name ends the search for it. Throws USAGE,
 * REF_INVALID, and ARTIFACT_NOT_FOUND for a name that nobody knows where all could be asked.
 */
export async function meantBy(verb: "kill" | "revive", typed: Words, sources: readonly NameSource[]): Promise<Meant> {
  const unchecked = new Map<string, string>();
  const words: Word[] = [];
  for (const word of typed.words) words.push(await lookedUp(word, verb, sources, unchecked));
  const { names, reason } = typed.all ? onlyReason(verb, words) : split(words, typed);
  for (const word of names) await refuseUnknown(word, verb, typed, sources);
  if (reason !== undefined) await refuseNear(reason, verb, sources);
  const targets = names.flatMap(({ targets: found, known }) => found.map((target) => ({ target, known })));
  return {
    targets: typed.all ? [{ target: ALL, known: true }] : targets.filter(isFirst),
    reason: reasonIn(typed.reason ?? reason?.typed) ?? "",
    unchecked: [...names, ...(reason === undefined ? [] : [reason])].some(({ known }) => known === null)
      ? [...unchecked].map(([name, why]) => `${name} (${why})`)
      : [],
  };
}

async function lookedUp(
  typed: string,
  verb: "kill" | "revive",
  sources: readonly NameSource[],
  unchecked: Map<string, string>,
): Promise<Word> {
  const targets = nameOf(typed, verb);
  let known: Knowledge = false;
  for (const source of targets.length === 0 ? [] : sources) {
    try {
      for (const target of targets) if (await source.has(target)) return { typed, targets, known: true };
    } catch (error) {
      unchecked.set(source.name, whyNot(error));
      known = null;
    }
  }
  return { typed, targets, known };
}

/** A sentence is no name. A name with a version is one that was meant otherwise. */
function nameOf(typed: string, verb: "kill" | "revive"): string[] {
  try {
    return targetsOf(typed, verb);
  } catch (error) {
    if (error instanceof AgentopsError && error.code === "REF_INVALID") return [];
    throw error;
  }
}

/** The names among the words, and the one word that is the reason. */
function split(words: readonly Word[], { reason }: Words): { names: Word[]; reason?: Word } {
  const others = words.filter(({ known }) => known !== true);
  // Without a known name the first word has to be the target, else it would all be a reason.
  const [first] = others.length === words.length ? others : [];
  const said = reason === undefined ? others.filter((word) => word !== first).findLast(isReason(others)) : undefined;
  const names = words.filter((word) => word !== said);
  const strange = names.find(({ targets }) => targets.length === 0);
  if (strange !== undefined)
    throw new AgentopsError("REF_INVALID", `not a name: "${strange.typed}"`, {
      hint: "names are prompts/NAME or agents/NAME; at most one other word is the reason, in quotes or after -m",
    });
  return { names, ...(said !== undefined && { reason: said }) };
}

/** A sentence before a word that could be a name. */
function isReason(others: readonly Word[]): (word: Word) => boolean {
  const sentences = others.some(({ targets }) => targets.length === 0);
  return ({ typed, targets }) => (sentences ? targets.length === 0 : !typed.includes("/"));
}

/** `--all` takes no name: it would look like less than everything. */
function onlyReason(verb: string, words: readonly Word[]): { names: Word[]; reason?: Word } {
  const [word, more] = words;
  const name = words.find(({ known }) => known === true) ?? more;
  if (name !== undefined)
    throw new AgentopsError("USAGE", `--all and the name ${name.typed} exclude each other`, {
      hint: `agentops ${verb} --all -m TEXT   or   agentops ${verb} ${name.typed} -m TEXT`,
    });
  return { names: [], ...(word !== undefined && { reason: word }) };
}

async function refuseUnknown(
  { typed, known }: Word,
  verb: string,
  { unknown }: Words,
  sources: readonly NameSource[],
): Promise<void> {
  if (known !== false || unknown) return;
  const near = await nearest(typed, sources);
  throw new AgentopsError("ARTIFACT_NOT_FOUND", `nobody knows ${typed}: no file, tag, release or kill has that name`, {
    hint: `${near === undefined ? "" : `did you mean ${near}? `}nothing was ${DONE[verb] ?? verb}; the same with --unknown does it`,
    details: { name: typed, near: near ?? null },
  });
}

/** One word that is nearly a name was meant as one: what it names would go on, and nothing would say so. */
async function refuseNear(
  { typed, targets, known }: Word,
  verb: string,
  sources: readonly NameSource[],
): Promise<void> {
  if (targets.length === 0 || known === null || typed.length < NEAR_FROM) return;
  const near = await nearest(typed, sources);
  if (near === undefined || distance(typed, bare(near)) > NEAR_BY) return;
  throw new AgentopsError("ARTIFACT_NOT_FOUND", `nobody knows ${typed}: did you mean ${near}?`, {
    hint: `nothing was ${DONE[verb] ?? verb}; as the reason it goes after -m: -m ${typed}`,
    details: { name: typed, near },
  });
}

async function nearest(typed: string, sources: readonly NameSource[]): Promise<string | undefined> {
  const names = new Set<string>();
  for (const source of sources) for (const name of await source.all()) names.add(name);
  const all = [...names].sort();
  if (typed.includes("/")) return suggest(typed, all);
  const near = suggest(typed, all.map(bare));
  return all.find((name) => bare(name) === near);
}

function bare(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

function isFirst({ target }: { target: string }, index: number, all: readonly { target: string }[]): boolean {
  return all.findIndex((one) => one.target === target) === index;
}

/** Longer would delay what is known. */
const WAIT_MS = 500;

/** What earlier kills and releases know, by marker and by row. The store is opened when it is first asked; the caller closes. */
export function namesOfStore({ store }: Pick<Switchboard, "store">): { sources: NameSource[]; close(): Promise<void> } {
  let opening: Promise<BareReader | undefined> | undefined;
  const open = () => (opening ??= openBareToRead(store, WAIT_MS, WAIT_MS));
  const marked = () => readMarkers(store.markers).map(({ target }) => target);
  return {
    sources: [
      { name: "the markers", has: (target) => marked().includes(target), all: marked },
      {
        name: "the store",
        has: async (target) => {
          const reader = await open();
          return reader !== undefined && storeKnows(reader.db, target);
        },
        all: async () => {
          const reader = await open();
          return reader === undefined ? [] : namesInStore(reader.db);
        },
      },
    ],
    close: async () => {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}
