/**
 * Copies variables so that a template sees data only: no prototypes, getters or functions, and an object or array that
 * is printed gives its JSON text instead of `[object Object]`. Values without a JSON form are left out.
 */
export function asData(vars: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return printable(copyEntries(vars), vars);
}

function copy(value: unknown): unknown {
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return copy((value.toJSON as () => unknown)());
  return printable(Array.isArray(value) ? value.map(copy) : copyEntries(value), value);
}

function copyEntries(value: object): Record<string, unknown> {
  const out = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of Object.entries(value)) {
    const copied = copy(entry);
    if (copied !== undefined) out[key] = copied;
  }
  return out;
}

/** No name, so that `each` does not see it, and a variable called toString stays what it is. */
function printable<T extends object>(data: T, value: unknown): T {
  return Object.defineProperty(data, Symbol.toPrimitive, { value: () => JSON.stringify(value) });
}
