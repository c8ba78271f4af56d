// One thing at a time for many who want it done, such as a visit at the gate.

export class Turns {
  private readonly run: () => Promise<void>;
  private running: Promise<void> | null = null;
  private next: Promise<void> | null = null;

  constructor(run: () => Promise<void>) {
    this.run = run;
  }

  /** One that begins after this call, so it sees what the caller did before; all who ask meanwhile share it. */
  afresh(): Promise<void> {
    if (this.running === null) {
      this.running = this.run().finally(() => {
        this.running = null;
      });
      return this.running;
    }
    const again = () => {
      this.next = null;
      return this.afresh();
    };
    this.next ??= this.running.then(again, again);
    return this.next;
  }

  /** The running one, for whoever only wants to look; else a new one. */
  shared(): Promise<void> {
    return this.running ?? this.afresh();
  }
}
