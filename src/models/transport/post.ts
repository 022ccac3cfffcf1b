import type { Dispatcher } from "undici";
import type { Halt } from "../client/halt.ts";
import { Exchange } from "./exchange.ts";
import { TransportError } from "./transport-error.ts";

/** An answer as it came. */
export interface Posted {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

export interface Destination {
  url: string;
  origin: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Bytes of the largest answer that is taken. */
  maxAnswer: number;
}

/** Parsed once, posted to many times. */
export function destination(url: string, headers: Readonly<Record<string, string>>, maxAnswer: number): Destination {
  const { origin, pathname, search } = new URL(url);
  return { url, origin, path: pathname + search, headers, maxAnswer };
}

/** Posts a text and reads the whole answer, straight on undici's dispatcher; no redirects. Rejects with a TransportError, or what ended it. */
export function post(dispatcher: Dispatcher, to: Destination, body: string, halt: Halt): Promise<Posted> {
  return new Promise((resolve, reject) => {
    const { origin, path, headers } = to;
    const exchange = new Reading(to, resolve, reject);
    halt.whenEnded((reason) => {
      exchange.abort(reason);
    });
    dispatcher.dispatch({ origin, path, method: "POST", headers: headers as Record<string, string>, body }, exchange);
  });
}

/** Reads the whole answer. */
class Reading extends Exchange implements Dispatcher.DispatchHandler {
  private readonly to: Destination;
  private readonly resolve: (answer: Posted) => void;
  private readonly reject: (error: Error) => void;
  private status = 0;
  private headers: Posted["headers"] = {};
  private chunks: Buffer[] = [];

  constructor(to: Destination, resolve: (answer: Posted) => void, reject: (error: Error) => void) {
    super(to, reject);
    this.to = to;
    this.resolve = resolve;
    this.reject = reject;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Posted["headers"]): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.fits(chunk.length)) this.chunks.push(chunk);
    else this.chunks = [];
  }

  onResponseEnd(): void {
    const [first] = this.chunks;
    const bytes = first !== undefined && this.chunks.length === 1 ? first : Buffer.concat(this.chunks);
    this.resolve({ status: this.status, headers: this.headers, text: bytes.toString("utf8") });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.reject(this.cut ?? new TransportError(this.status === 0 ? "request" : "body", this.to.url, error));
  }
}
