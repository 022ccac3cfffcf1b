const works = new Set<() => void>();

function runAll(): void {
  for (const work of works) work();
}

/** Runs work when the process ends by itself or by exit(); one listener for all of it. Returns the way to take it back. */
export function atExit(work: () => void): () => void {
  if (works.size === 0) process.once("exit", runAll);
  works.add(work);
  return () => {
    works.delete(work);
    if (works.size === 0) process.off("exit", runAll);
  };
}
