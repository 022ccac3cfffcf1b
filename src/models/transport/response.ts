/** Just enough of a WHATWG Response for the provider packages, which is what makes a call cheap. */
export interface LeanResponse {
  ok: boolean;
  status: number;
  statusText: string;
  url: string;
  headers: LeanHeaders;
  body: ReadableStream<Uint8Array> | BufferedBody;
  text(): Promise<string>;
}

export interface LeanHeaders extends Iterable<[string, string]> {
  get(name: string): string | null;
}

export function leanHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): LeanHeaders {
  const one = (value: string | string[]) => (Array.isArray(value) ? value.join(", ") : value);
  let list: [string, string][] | undefined;
  const entries = () =>
    (list ??= Object.entries(raw).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, one(value)]],
    ));
  return {
    get: (name) => {
      const value = raw[name.toLowerCase()];
      return value === undefined ? null : one(value);
    },
    // The provider packages walk the headers twice for each answer; an array is several times faster than a generator.
    [Symbol.iterator]: () => entries()[Symbol.iterator](),
  };
}

/** A body that is already here. It has a reader like a stream's, and becomes a real stream only when piped. */
export interface BufferedBody {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array }>;
    cancel(): Promise<void>;
    releaseLock(): void;
  };
  pipeThrough<T>(transform: ReadableWritablePair<T, Uint8Array>): ReadableStream<T>;
  cancel(): Promise<void>;
}

interface ReadableWritablePair<R, W> {
  readable: ReadableStream<R>;
  writable: WritableStream<W>;
}

const settled = Promise.resolve();

export function bufferedBody(bytes: Uint8Array): BufferedBody {
  let unread = bytes.byteLength > 0;
  return {
    getReader: () => ({
      read: () => {
        const answer = unread ? { done: false, value: bytes } : { done: true };
        unread = false;
        return Promise.resolve(answer);
      },
      cancel: () => settled,
      releaseLock: () => undefined,
    }),
    pipeThrough: (transform) => oneChunk(bytes).pipeThrough(transform),
    cancel: () => settled,
  };
}

function oneChunk(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
