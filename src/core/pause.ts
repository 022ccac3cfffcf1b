/** Some ms. Ours, because Node's own promise of it is a module that someone on call would wait for. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
