import { textOf } from "../wording.ts";

/**
 * GitHub Models' templates: `{{name}}` is replaced once by the variable's value, and nothing in a value is read as a template. Throws
 * for a name that is no variable: GitHub would send the braces.
 */
export function fill(template: string, vars: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{\{\s*([^{}\s]+)\s*\}\}/g, (_, name: string) => {
    if (Object.hasOwn(vars, name)) return textOf(vars[name]);
    throw new Error(`there is no variable "${name}" (known: ${Object.keys(vars).join(", ")})`);
  });
}
