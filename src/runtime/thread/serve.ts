import type { MessagePort } from "node:worker_threads";
import { systemClock } from "../../core/clock.ts";
import { keepReading } from "./keep-reading.ts";
import { keepPresent } from "./presence.ts";
import {
  type Answer,
  type End,
  ENDED,
  type Expose,
  EXPOSED,
  type Look,
  READ,
  type ThreadData,
  type Write,
  WRITTEN,
} from "./protocol.ts";
import { writerTo } from "./writer.ts";

/** Owns the store of a process: does what the port asks, in order, and answers through it. It waits for locks and servers, so that the caller does not. */
export function serveStore({ address, reads, lastGood, counters, ...process }: ThreadData, port: MessagePort): void {
  const counts = new Int32Array(counters);
  const tell = (counter: number, answer: Answer) => {
    port.postMessage(answer);
    Atomics.add(counts, counter, 1);
    Atomics.notify(counts, counter);
  };
  const writer = writerTo(address, systemClock);
  let last: Promise<unknown> = Promise.resolve();
  const presence = keepPresent({ address, ...process }, systemClock, writer.withStore);
  const looks = reads
    ? keepReading(
        address,
        lastGood,
        (reading) => {
          tell(READ, reading);
        },
        presence.saw,
      )
    : undefined;
  port.on("message", (order: Write | Expose | Look | End) => {
    if (order.type === "look") {
      looks?.now();
      return;
    }
    last = last.then(async () => {
      if (order.type === "end") {
        await Promise.all([writer.end(), presence.end()]);
        tell(ENDED, { type: "ended" });
        return;
      }
      if (order.type === "expose") {
        tell(EXPOSED, await writer.expose(order));
        return;
      }
      presence.recorded(order.observations);
      tell(WRITTEN, await writer.write(order));
    });
  });
}
