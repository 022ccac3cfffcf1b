import type { z } from "zod";
import { suggest } from "./suggest.ts";

export interface DescribedIssue {
  rule: "unknown-key" | "schema";
  path: (string | number)[];
  message: string;
}

type Issue = z.core.$ZodIssue;

/**
 * Turns zod's issues into sentences a person can act on: unknown keys carry the key that was meant (own keys, and
 * `aliases` such as other tools' names for them), a union reports the branch the author was writing.
 */
export function describeIssues(
  schema: z.ZodType,
  issues: readonly Issue[],
  root: unknown,
  aliases: Readonly<Record<string, string>>,
): DescribedIssue[] {
  // A refinement that fails beside a mistyped key most likely fails because of it.
  const mistyped = issues.some((issue) => issue.code === "unrecognized_keys");
  const shown = issues.filter((issue) => !(mistyped && issue.code === "custom"));
  return shown.flatMap((issue) => describe(schema, issue, [], root, aliases));
}

function describe(
  schema: z.ZodType,
  issue: Issue,
  base: (string | number)[],
  root: unknown,
  aliases: Readonly<Record<string, string>>,
): DescribedIssue[] {
  const path = [...base, ...(issue.path as (string | number)[])];
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path, root);
    return issue.keys.map((key) => ({
      rule: "unknown-key",
      path: [...path, key],
      message: `unknown key "${key}" (${meant(key, known, aliases)})`,
    }));
  }
  if (issue.code === "invalid_key" && issue.issues.length > 0) {
    // Of a record's key: what is wrong with it, not that something is.
    return issue.issues.flatMap((inner) => describe(schema, { ...inner, path: [] }, path, root, aliases));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    return bestBranch(issue.errors).flatMap((inner) => describe(schema, inner, path, root, aliases));
  }
  if (issue.code === "invalid_union" && "discriminator" in issue) {
    return [{ rule: "schema", path, message: unknownVariant(schema, path, root) }];
  }
  const where = path.length > 0 ? `${formatPath(path)}: ` : "";
  return [{ rule: "schema", path, message: `${where}${sentence(issue, root, path)}` }];
}

function sentence(issue: Issue, root: unknown, path: (string | number)[]): string {
  if (issue.code === "invalid_type" && valueAt(root, path) === undefined) return `missing (expected ${issue.expected})`;
  return issue.message.replace(/^Invalid input: /, "").replace(/^Invalid option: /, "");
}

function unknownVariant(schema: z.ZodType, path: (string | number)[], root: unknown): string {
  const key = String(path.at(-1) ?? "");
  const typed = valueAt(root, path);
  const known = variantsAt(schema, path.slice(0, -1), key, root);
  const name = typeof typed === "string" ? typed : JSON.stringify(typed);
  if (typed === undefined) return `${formatPath(path)}: missing; one of ${known.join(", ")}`;
  const best = suggest(name, known);
  return `unknown ${key} "${name}" (${best === undefined ? `one of ${known.join(", ")}` : `did you mean ${best}?`})`;
}

/** The branch whose complaints lie deepest is the one the author was writing; a wrong root type means another branch. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const score = (issues: readonly Issue[]) =>
    issues.some((i) => i.path.length === 0 && i.code === "invalid_type") ? 1000 : issues.length;
  return [...branches].sort((a, b) => score(a) - score(b))[0] ?? [];
}

function meant(key: string, known: readonly string[], aliases: Readonly<Record<string, string>>): string {
  const own = Object.keys(aliases).filter((a) => known.includes(aliases[a] ?? ""));
  const best = suggest(key, [...known, ...own]);
  if (best === undefined) return `known: ${known.join(", ")}`;
  const real = aliases[best];
  if (real === undefined || known.includes(best)) return `did you mean ${best}?`;
  return best === key ? `did you mean ${real}?` : `did you mean ${best}/${real}?`;
}

/** The keys that the object schema(s) at a path accept. */
function keysAt(schema: z.ZodType, path: readonly (string | number)[], root: unknown): string[] {
  const found = schemasAt(schema, path, root).flatMap((s) => ("shape" in s ? Object.keys(s.shape as object) : []));
  return [...new Set(found)];
}

function variantsAt(schema: z.ZodType, path: readonly (string | number)[], key: string, root: unknown): string[] {
  const found = schemasAt(schema, path, root, false).flatMap((s) => {
    const values = s.shape?.[key]?._zod.values;
    return values ? [...values].map(String) : [];
  });
  return [...new Set(found)];
}

interface AnySchema {
  def: {
    type: string;
    innerType?: AnySchema;
    options?: AnySchema[];
    element?: AnySchema;
    valueType?: AnySchema;
    in?: AnySchema;
    discriminator?: string;
    getter?: () => AnySchema;
  };
  shape?: Record<string, AnySchema>;
  _zod: { values?: Set<unknown> };
}

/** Every object schema that could describe the value at a path, looking through wrappers and unions. */
function schemasAt(schema: z.ZodType, path: readonly (string | number)[], root: unknown, narrow = true): AnySchema[] {
  let at: { schema: AnySchema; value: unknown }[] = [{ schema: schema as unknown as AnySchema, value: root }];
  for (const segment of path) {
    at = at
      .flatMap(({ schema: s, value }) => unwrap(s, value, true).map((u) => ({ schema: u, value })))
      .flatMap(({ schema: s, value }) => {
        const child = s.shape?.[String(segment)] ?? s.def.element ?? s.def.valueType;
        return child ? [{ schema: child, value: valueAt(value, [segment]) }] : [];
      });
  }
  return at.flatMap(({ schema: s, value }) => unwrap(s, value, narrow));
}

function unwrap(schema: AnySchema, value: unknown, narrow: boolean): AnySchema[] {
  const inner = schema.def.innerType ?? schema.def.in ?? schema.def.getter?.();
  if (inner) return unwrap(inner, value, narrow);
  if (!schema.def.options) return [schema];
  const key = schema.def.discriminator;
  const all = schema.def.options.flatMap((o) => unwrap(o, value, narrow));
  if (!narrow || key === undefined) return all;
  const tag = valueAt(value, [key]);
  return all.filter((o) => o.shape?.[key]?._zod.values?.has(tag) ?? true);
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root;
  for (const segment of path) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<string | number, unknown>)[segment];
  }
  return value;
}

/** A path as people write it: `cases[0].vars.q`. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.map((s, i) => (typeof s === "number" ? `[${s}]` : i === 0 ? s : `.${s}`)).join("");
}
