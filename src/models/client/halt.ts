/**
 * How one attempt is ended from outside: one place for who must know, and a signal only for those who ask for one. (An AbortController a call, with
 * its listeners, costs a twentieth of a whole local call.)
 */
export class Halt {
  private reason: Error | undefined;
  private callback: ((reason: Error) => void) | undefined;
  private controller: AbortController | undefined;

  /** Aborts with it. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason !== undefined) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  /** Calls back once it is ended, now where it was already; the last one who asks is told. */
  whenEnded(callback: (reason: Error) => void): void {
    if (this.reason === undefined) this.callback = callback;
    else callback(this.reason);
  }

  end(reason: Error): void {
    this.reason = reason;
    this.callback?.(reason);
    this.controller?.abort(reason);
  }
}
