import { isInverted, passOrFail, type Measure, type Prepare } from "../measure.ts";
import { referenceText, referenceTexts, refuseEmpty } from "../reference.ts";
import { lookAlike } from "../look-alike.ts";
import { listing, quote, textOf } from "../wording.ts";

type Fold = (text: string) => string;
const exact: Fold = (text) => text;
const lower: Fold = (text) => text.toLowerCase();

interface OneSpec {
  value?: string | undefined;
}
interface ManySpec {
  type: string;
  value?: string | string[] | undefined;
}

/** One text, which must stand in the output. */
const one =
  (fold: Fold) =>
  (spec: OneSpec): Measure => {
    refuseEmpty(spec.value);
    return (subject) => {
      const wanted = referenceText(spec.value, subject);
      const output = textOf(subject.output);
      const pass = fold(output).includes(fold(wanted));
      const told = fact(pass, "contains", "does not contain", quote(wanted), subject.output);
      return passOrFail(pass, pass ? told : told + lookAlike(fold(output), fold(wanted), "anywhere"));
    };
  };

export const contains: Prepare<"contains"> = one(exact);
export const icontains: Prepare<"icontains"> = one(lower);

/** Several texts, all of which must stand in the output. */
const all =
  (fold: Fold) =>
  (spec: ManySpec): Measure => {
    refuseEmpty(spec.value);
    return (subject) => {
      const text = fold(textOf(subject.output));
      const wanted = referenceTexts(spec.value, subject, isInverted(spec));
      const missing = wanted.filter((one) => !text.includes(fold(one)));
      const pass = missing.length === 0;
      return passOrFail(
        pass,
        pass
          ? `output contains all of ${list(wanted)}`
          : `output lacks ${list(missing)}${hidden(text, missing.map(fold))}`,
      );
    };
  };

export const containsAll: Prepare<"contains-all"> = all(exact);
export const icontainsAll: Prepare<"icontains-all"> = all(lower);

/** Several texts, one of which must stand in the output. */
const any =
  (fold: Fold) =>
  (spec: ManySpec): Measure => {
    refuseEmpty(spec.value);
    return (subject) => {
      const text = fold(textOf(subject.output));
      const wanted = referenceTexts(spec.value, subject, isInverted(spec));
      const found = wanted.find((one) => text.includes(fold(one)));
      const pass = found !== undefined;
      const none = () => `output contains none of ${list(wanted)}${hidden(text, wanted.map(fold))}`;
      return passOrFail(pass, pass ? `output contains ${quote(found)}` : none());
    };
  };

export const containsAny: Prepare<"contains-any"> = any(exact);
export const icontainsAny: Prepare<"icontains-any"> = any(lower);

export const startsWith: Prepare<"starts-with"> = (spec) => {
  refuseEmpty(spec.value);
  return (subject) => {
    const wanted = referenceText(spec.value, subject);
    const output = textOf(subject.output);
    const pass = output.startsWith(wanted);
    const told = fact(pass, "starts with", "does not start with", quote(wanted), subject.output);
    return passOrFail(pass, pass ? told : told + lookAlike(output, wanted, "start"));
  };
};

function fact(pass: boolean, yes: string, no: string, wanted: string, output: unknown): string {
  return pass ? `output ${yes} ${wanted}` : `output ${no} ${wanted}: ${quote(output)}`;
}

/** The first of several texts that stands in the output by its looks only. */
function hidden(output: string, texts: readonly string[]): string {
  return texts.map((text) => lookAlike(output, text, "anywhere")).find((told) => told !== "") ?? "";
}

function list(texts: readonly string[]): string {
  return listing(texts.map((text) => quote(text, 40)));
}
