import { Chalk } from "chalk";

export interface Style {
  good: (text: string) => string;
  bad: (text: string) => string;
  unsure: (text: string) => string;
  dim: (text: string) => string;
  bold: (text: string) => string;
}

export function createStyle(color: boolean): Style {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return { good: chalk.green, bad: chalk.red, unsure: chalk.yellow, dim: chalk.dim, bold: chalk.bold };
}

/** A verdict in its colour: pass green, fail and error red, what is undecided yellow. */
export function paint(style: Style, verdict: string, text = verdict): string {
  if (verdict === "pass" || verdict === "good") return style.good(text);
  if (verdict === "fail" || verdict === "error" || verdict === "bad") return style.bad(text);
  if (verdict === "inconclusive") return style.unsure(text);
  return style.dim(text);
}
