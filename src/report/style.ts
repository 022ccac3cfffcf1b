import { styleText } from "node:util";

export interface Style {
  good: (text: string) => string;
  bad: (text: string) => string;
  unsure: (text: string) => string;
  dim: (text: string) => string;
  bold: (text: string) => string;
}

/** Colours, or plain text; whether a stream shows colour was decided by the shell, so node must not decide again. */
export function createStyle(color: boolean): Style {
  const paintAs = (format: "green" | "red" | "yellow" | "dim" | "bold") => (text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: paintAs("green"),
    bad: paintAs("red"),
    unsure: paintAs("yellow"),
    dim: paintAs("dim"),
    bold: paintAs("bold"),
  };
}

/** A verdict in its colour: pass green, fail and error red, what is undecided yellow. */
export function paint(style: Style, verdict: string, text = verdict): string {
  if (verdict === "pass" || verdict === "good") return style.good(text);
  if (verdict === "fail" || verdict === "error" || verdict === "bad") return style.bad(text);
  if (verdict === "inconclusive") return style.unsure(text);
  return style.dim(text);
}
