/** Runs work as it comes, so many at once; the rest waits in order. */
export function atMost(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await work();
    } finally {
      // A place goes from hand to hand, so that nobody who comes now is first.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
