import type { Db } from "../../state/store.ts";
import type { TracesDocument } from "../schema.ts";
import { spansIn } from "../store/block.ts";
import { bodyBlocks } from "../store/traces.store.ts";
import { countTraces, type Filters, listTraces } from "../store/list.store.ts";
import { listedOf } from "./listed.ts";

export interface ListRequest extends Filters {
  limit: number;
  /** Only traces in which this text was said, whatever the case. */
  text?: string | undefined;
}

/** So many traces are read for a text at most; the document says how many were. */
const MOST_READ = 20_000;
const PAGE = 200;

/** The newest traces that the filters let through. */
export async function tracesOf(db: Db, { limit, text, ...filters }: ListRequest): Promise<TracesDocument> {
  if (text !== undefined) return withText(db, filters, { limit, text: text.toLowerCase() });
  const [rows, total] = await Promise.all([listTraces(db, filters, { limit, offset: 0 }), countTraces(db, filters)]);
  return { schema: "agentops.traces/1", total, traces: rows.map(listedOf), looked: null };
}

/** Bodies are deflated, so each is opened: the newest first, until there are enough. */
async function withText(
  db: Db,
  filters: Filters,
  { limit, text }: { limit: number; text: string },
): Promise<TracesDocument> {
  const found: TracesDocument["traces"] = [];
  let looked = 0;
  while (looked < MOST_READ && found.length < limit) {
    const rows = await listTraces(db, filters, { limit: PAGE, offset: looked });
    for (const row of rows) {
      if (found.length === limit) break;
      looked += 1;
      const bodies = await bodyBlocks(db, row.seq);
      const says = bodies.some((bytes) => JSON.stringify(spansIn(row.id, bytes)).toLowerCase().includes(text));
      if (says) found.push(listedOf(row));
    }
    if (rows.length < PAGE) break;
  }
  return { schema: "agentops.traces/1", total: found.length, traces: found, looked };
}
