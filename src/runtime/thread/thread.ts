/** The worker thread's own file. */
import { type MessagePort, workerData } from "node:worker_threads";
import type { ThreadData } from "./protocol.ts";
import { serveStore } from "./serve.ts";

const { port, ...data } = workerData as ThreadData & { port: MessagePort };
serveStore(data, port);
