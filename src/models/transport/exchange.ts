import type { Dispatcher } from "undici";
import { AnswerTooLarge } from "./transport-error.ts";

/** One request under way, as undici reports on it: how it is ended from outside, and how much of an answer is taken. */
export class Exchange {
  private readonly from: { url: string; maxAnswer: number };
  private readonly refuse: (error: Error) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private size = 0;
  /** What ended it before its answer did. */
  protected cut: Error | undefined;

  constructor(from: { url: string; maxAnswer: number }, refuse: (error: Error) => void) {
    this.from = from;
    this.refuse = refuse;
  }

  abort(reason: Error): void {
    this.cut = reason;
    this.refuse(reason);
    this.controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.cut !== undefined) controller.abort(this.cut);
  }

  /** False once more came than is taken, which ends it. */
  protected fits(bytes: number): boolean {
    this.size += bytes;
    if (this.size <= this.from.maxAnswer) return true;
    this.abort(new AnswerTooLarge(this.from.url, this.from.maxAnswer));
    return false;
  }
}
