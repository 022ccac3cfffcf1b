/**
 * Root of a function that changes sign between two bounds, by bisection down to neighbouring numbers or, where each step is dear, to `near`.
 * @param from where the sign is the one to keep on this side
 * @param to where it is the other; may be below `from`
 * @param near how far from the root is near enough
 * @returns the last number on `from`'s side
 */
export function bisect(isFromSide: (x: number) => boolean, from: number, to: number, near = 0): number {
  let [kept, far] = [from, to];
  for (let i = 0; i < 200 && !(Math.abs(far - kept) <= near); i++) {
    const middle = kept + (far - kept) / 2;
    if (middle === kept || middle === far) break;
    if (isFromSide(middle)) kept = middle;
    else far = middle;
  }
  return kept;
}
