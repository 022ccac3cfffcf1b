import type { Dispatcher } from "undici";
import { Exchange } from "./exchange.ts";
import { bufferedBody, leanHeaders, type LeanResponse } from "./response.ts";
import { TransportError } from "./transport-error.ts";

interface LeanInit {
  method?: string | undefined;
  headers?: unknown;
  body?: unknown;
  signal?: AbortSignal | null | undefined;
}

export type LeanFetch = (input: string | URL, init?: LeanInit) => Promise<LeanResponse>;

/**
 * A fetch for one kind of use (JSON out, JSON or an event stream back) straight on undici's dispatcher. undici.fetch
 * builds Request, Response, Headers and web streams for every call, which costs three times as much as all the rest.
 * It follows no redirects, so a key never travels to another host; an answer of more than `maxAnswer` bytes, streamed or not, is an error.
 */
export function leanFetch(dispatcher: Dispatcher, maxAnswer: number): LeanFetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = String(input);
      const { signal } = init;
      if (signal?.aborted === true) {
        reject(reasonOf(signal));
        return;
      }
      const exchange = new Fetching({ url, maxAnswer }, resolve, reject);
      signal?.addEventListener(
        "abort",
        () => {
          exchange.abort(reasonOf(signal));
        },
        { once: true },
      );
      dispatcher.dispatch(requestOptions(url, init), exchange);
    });
}

let lastUrl = "";
let lastTarget = { origin: "", path: "" };

/** A client posts to one address thousands of times; parsing it once is enough. */
function targetOf(url: string): { origin: string; path: string } {
  if (url === lastUrl) return lastTarget;
  const { origin, pathname, search } = new URL(url);
  lastUrl = url;
  lastTarget = { origin, path: pathname + search };
  return lastTarget;
}

function requestOptions(url: string, init: LeanInit): Dispatcher.DispatchOptions {
  const { headers } = init;
  const plain = headers instanceof Headers || Array.isArray(headers) ? Object.fromEntries(headers) : headers;
  return {
    ...targetOf(url),
    method: init.method ?? "GET",
    headers: { "accept-encoding": "identity", ...(plain as Record<string, string> | undefined) },
    body: (init.body ?? null) as string | Uint8Array | null,
  };
}

/** Gives the answer away as soon as it is known how it comes. */
class Fetching extends Exchange implements Dispatcher.DispatchHandler {
  private readonly url: string;
  private readonly resolve: (response: LeanResponse) => void;
  private readonly reject: (error: Error) => void;
  private stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  private head: Omit<LeanResponse, "body" | "text"> | undefined;
  private chunks: Uint8Array[] = [];

  constructor(
    from: { url: string; maxAnswer: number },
    resolve: (response: LeanResponse) => void,
    reject: (error: Error) => void,
  ) {
    super(from, reject);
    this.url = from.url;
    this.resolve = resolve;
    this.reject = reject;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusText = "",
  ): void {
    const ok = status >= 200 && status < 300;
    this.head = { ok, status, statusText, url: this.url, headers: leanHeaders(headers) };
    if (!/event-?stream/.test(String(headers["content-type"] ?? ""))) return;
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => {
        this.stream = stream;
      },
      cancel: () => {
        this.stream = undefined;
        controller.abort(new Error("the stream was read as far as needed"));
      },
    });
    this.resolve({ ...this.head, body, text: () => new Response(body).text() });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (!this.fits(chunk.byteLength)) {
      this.chunks = [];
      return;
    }
    if (this.stream === undefined) this.chunks.push(chunk);
    else this.stream.enqueue(chunk);
  }

  onResponseEnd(): void {
    if (this.stream !== undefined) {
      this.stream.close();
      return;
    }
    if (this.head === undefined) return;
    const bytes = this.chunks.length === 1 ? (this.chunks[0] as Uint8Array) : Buffer.concat(this.chunks);
    const text = () => Promise.resolve(Buffer.from(bytes).toString("utf8"));
    this.resolve({ ...this.head, body: bufferedBody(bytes), text });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const wrapped = this.cut ?? new TransportError(this.head === undefined ? "request" : "body", this.url, error);
    this.stream?.error(wrapped);
    this.reject(wrapped);
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted");
}
