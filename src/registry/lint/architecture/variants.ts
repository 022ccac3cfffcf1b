export type Schema = Record<string, unknown>;

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** More ways to read one schema than anybody writes; what is beyond them is not looked at. */
const MOST = 64;
const COMBINING = ["$ref", "allOf", "anyOf", "oneOf"];

/**
 * What a value may be, as schemas without references and combinations: all of `allOf` in each, and one for each branch of `anyOf` and
 * `oneOf`. Where a reference leads nowhere here, or back to itself, it says nothing. `root` is what `#` means.
 */
export function variants(schema: Schema, root: Schema, seen: readonly string[] = []): Schema[] {
  const plain = Object.fromEntries(Object.entries(schema).filter(([key]) => !COMBINING.includes(key)));
  const { $ref } = schema;
  const followed = typeof $ref === "string" && !seen.includes($ref) ? at(root, $ref) : undefined;
  const deeper = typeof $ref === "string" ? [...seen, $ref] : seen;
  const all = [...(followed === undefined ? [] : [followed]), ...list(schema["allOf"])];
  let found = [plain];
  const withEach = (branches: readonly Schema[]) => {
    const read = branches.flatMap((branch) => variants(branch, root, deeper));
    if (read.length > 0) found = found.flatMap((one) => read.map((other) => merged(one, other))).slice(0, MOST);
  };
  for (const member of all) withEach([member]);
  withEach(list(schema["anyOf"]));
  withEach(list(schema["oneOf"]));
  return found;
}

function list(value: unknown): Schema[] {
  return Array.isArray(value) ? value.map((each) => (isSchema(each) ? each : {})) : [];
}

/** Both hold: a property that both name has to fit both. */
function merged(one: Schema, other: Schema): Schema {
  const [mine, theirs] = [one["properties"], other["properties"]];
  if (!isSchema(mine) || !isSchema(theirs)) return { ...one, ...other };
  const both = Object.entries(theirs).map(([name, value]) => [
    name,
    name in mine ? { allOf: [mine[name], value] } : value,
  ]);
  return { ...one, ...other, properties: { ...mine, ...(Object.fromEntries(both) as Schema) } };
}

/** `#/$defs/money` in the schema itself. */
function at(root: Schema, pointer: string): Schema | undefined {
  if (!pointer.startsWith("#")) return undefined;
  const keys = pointer.slice(1).split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~")); // prettier-ignore
  const found = keys.reduce<unknown>((value, key) => (isSchema(value) ? value[key] : undefined), root);
  return isSchema(found) ? found : undefined;
}
