/**
 * Pairs as many wanted items as possible with distinct found ones (augmenting paths, Kuhn 1955) and gives the indices of
 * those left over. Taking the first fit would let a loose wish use up the only item a strict one fits.
 */
export function pairUp<W, F>(
  wanted: readonly W[],
  found: readonly F[],
  fits: (wanted: W, found: F) => boolean,
): number[] {
  const edges = wanted.map((wish) => found.flatMap((item, index) => (fits(wish, item) ? [index] : [])));
  const holder = new Map<number, number>();
  const claim = (wish: number, tried: Set<number>): boolean => {
    for (const item of edges[wish] ?? []) {
      if (tried.has(item)) continue;
      tried.add(item);
      const rival = holder.get(item);
      if (rival !== undefined && !claim(rival, tried)) continue;
      holder.set(item, wish);
      return true;
    }
    return false;
  };
  return wanted.flatMap((_, wish) => (claim(wish, new Set()) ? [] : [wish]));
}
