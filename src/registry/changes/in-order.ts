/** So many files are open at once. */
const AT_ONCE = 64;

/** What comes of work on each, some of it at a time, in the order of what was given; throws what the first that failed threw. */
export async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    for (const one of await Promise.allSettled(items.slice(at, at + AT_ONCE).map(work))) {
      if (one.status === "rejected") throw one.reason;
      done.push(one.value);
    }
  return done;
}
