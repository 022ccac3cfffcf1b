import type { PriceTable } from "../../models/calling/price-table.ts";
import type { ComparedClock, StoreFacts } from "../../state/examine.ts";

export type { StoreFacts } from "../../state/examine.ts";

/** Every check, in the order of the document. */
export const CHECKS = [
  "node",
  "git",
  "identity",
  "project",
  "actor",
  "signing",
  "store",
  "clock",
  "markers",
  "prices",
  "drivers",
  "providers",
  "keys",
] as const;

export type CheckName = (typeof CHECKS)[number];

/** What each check finds, in codes and numbers. */
export interface Facts {
  node: { version: string };
  /** The version is null where git cannot be started. */
  git: { version: string | null; inRepository: boolean };
  /** `missing` are the settings without which git only guesses, or refuses. */
  identity: { who: string | null; missing: string[] };
  project: { file: string; project: string; environment: string };
  /** `source` as the shell calls it: a flag, a variable, "login name". */
  actor: { name: string; source: string };
  signing: {
    key: string | null;
    /** As `gpg.format` says; git's own default is openpgp. */
    format: string;
    /** The key is a file's name, and no such file is there. */
    keyFileMissing: boolean;
    /** Names in the project's allowed signers; null where there is no such file, and any signer will do. */
    signers: number | null;
  };
  store: { shown: string; facts: StoreFacts };
  clock: "same machine" | ComparedClock;
  /** `folder` is null where there is none; `problem` is the system's code. */
  markers: { folder: string | null; there: boolean; problem: string | null };
  prices: PriceTable & { ageDays: number };
  /** Of the store; `brings` is null where that says nothing. */
  drivers: { name: string; brings: string | null; trouble: Trouble | null }[];
  providers: { installed: string[]; missing: Trouble[] };
  /** Names of variables; never a value. */
  keys: { set: string[]; missing: string[] };
}

/** An error in words, where a check met one. */
export interface Trouble {
  message: string;
  hint: string | null;
}

/** One check: what it found, or the trouble it met; `facts: null` where something that it needs has failed. */
export type Finding =
  | { [N in CheckName]: { name: N; facts: Facts[N] } }[CheckName]
  | { name: CheckName; facts: null }
  | { name: CheckName; trouble: Trouble };
