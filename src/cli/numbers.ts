import { AgentopsError } from "../core/errors.ts";

/** A whole number ≥ 1 from a flag; undefined when it was not given. Throws USAGE. */
export function wholeNumber(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new AgentopsError("USAGE", `${flag} takes a whole number of at least 1, not "${value}"`);
}

/** An amount ≥ 0 from a flag. Throws USAGE. */
export function amount(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() !== "" && Number.isFinite(number) && number >= 0) return number;
  throw new AgentopsError("USAGE", `${flag} takes an amount of at least 0, not "${value}"`);
}
