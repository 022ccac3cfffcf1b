/**
 * Root of a function that changes sign between two bounds, by bisection down to neighbouring numbers.
 * @param from where the sign is the one to keep on this side
 * @param to where it is the other; may be below `from`
 * @returns the last number on `from`'s side
 */
export function bisect(isFromSide: (x: number) => boolean, from: number, to: number): number {
  let [near, far] = [from, to];
  for (let i = 0; i < 200; i++) {
    const middle = near + (far - near) / 2;
    if (middle === near || middle === far) break;
    if (isFromSide(middle)) near = middle;
    else far = middle;
  }
  return near;
}
