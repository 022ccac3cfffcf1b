import type {
  StoreBackup,
  StoreCheck,
  StoreCopy,
  StoreDocument,
  StoreMigration,
  StorePrune,
} from "../../upkeep/store/schema.ts";
import { whole } from "../numbers.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";

type Counts = readonly { name: string; rows: number }[];

/** `refused` says why it takes no writes, where it takes none. */
export function infoText(info: StoreDocument, style: Style, refused: string | null): string {
  const { engine, url, version, pending, tables, evals, markers, bytes, storeId, revision } = info;
  const lines = [
    `${style.bold(url)}  (${engine}${bytes === null ? "" : `, ${size(bytes)}`})`,
    ...(refused === null ? [] : [style.bad(`it ${refused}: it takes no writes`)]),
    version === 0 ? "nothing is there yet" : `schema ${version}${pending === 0 ? "" : `, ${style.bad(pending === 1 ? "1 migration is missing" : `${pending} migrations are missing`)}: agentops store migrate`}`, // prettier-ignore
    ...(storeId === null ? [] : [`id ${storeId}, change ${revision ?? 0}`]),
    `kill markers  ${markers ?? "none: a kill writes the store alone"}`,
    `runs          ${evals.file}  (${whole(evals.runs)} runs, ${whole(evals.trials)} trials, ${size(evals.bytes)})`,
  ];
  return tables.length === 0 ? lines.join("\n") : `${lines.join("\n")}\n${rowsOf(tables, style)}`;
}

export function migrationText({ url, from, to }: StoreMigration): string {
  return from === to ? `${url} has schema ${to} already` : `${url} has schema ${to} now (it was ${from})`;
}

export function checkText({ url, ok, problems, events }: StoreCheck, style: Style): string {
  const { total, sealed, unsealed } = events;
  const chain = `${whole(sealed)} of ${whole(total)} audit events are in the chain`;
  const rest = unsealed === 0 ? "" : `; ${whole(unsealed)} were appended by an older release and are in none yet`;
  const head = ok ? style.good(`${url} is whole`) : style.bad(`${url} is not whole`);
  return [head, ...problems.map((problem) => `  ${problem}`), `${chain}${rest}`].join("\n");
}

export function backupText({ file, bytes }: StoreBackup): string {
  return `${file}  ${size(bytes)}\nAGENTOPS_STORE=${file} uses it; the markers of kills are not in it`;
}

export function pruneText({ before, dryRun, tables }: StorePrune): string {
  const counts = tables
    .filter(({ rows }, i) => i < 2 || rows > 0)
    .map(({ name, rows }) => `${whole(rows)} ${name}`)
    .join(", ");
  return `${dryRun ? "would delete" : "deleted"} ${counts} from before ${before.slice(0, 10)}`;
}

export function copyText({ from, to, tables }: StoreCopy, style: Style): string {
  return [
    style.good(`${from} was moved to ${to}`),
    rowsOf(tables, style),
    `next: store: ${to} in agentops.config.yaml, or AGENTOPS_STORE; the runs of evals stay in the file`,
  ].join("\n");
}

function rowsOf(tables: Counts, style: Style): string {
  return columns(["table", "rows"], tables.map(({ name, rows }) => [name, whole(rows)]), style.dim); // prettier-ignore
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${whole(Math.ceil(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
