/** ln( mean exp(x) ), without overflow. @param logs at least one, each finite */
export function logMeanExp(logs: readonly number[]): number {
  const top = Math.max(...logs);
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0) / logs.length);
}
