// Requests that wait for their answers, also over a lost connection: the same id again is the same request. Pure.
// Source: docs/protocols/remote.md, "Requests".

import { CODE, type Code } from "./frames";
import type { Answer } from "./session";

/** What a request comes to: its answer, or that there is none. `unsure`: it may have been executed. */
export type Outcome = Answer | "away" | "unsure" | "busy";

interface Waiting {
  id: string;
  name: string;
  body: unknown;
  /** Changes nothing: may be asked again, of a hub that forgot as well. */
  reads: boolean;
  wasSent: boolean;
  /** Since when no session carries it. */
  sinceMs: number | null;
  settle: (outcome: Outcome) => void;
}

export type Send = (id: string, name: string, body: unknown) => number | null;

export const PATIENCE_MS = 20_000; // of a request while no session is there

export class Requests {
  private readonly waiting = new Map<string, Waiting>();
  private readonly streams = new Map<number, string>();
  private boot: string | null = null;

  constructor(private readonly newId: () => string) {}

  /** Ask; it is sent with `sendAll`. */
  add(name: string, body: unknown, reads: boolean, nowMs: number): Promise<Outcome> {
    const id = this.newId();
    return new Promise((settle) => {
      this.waiting.set(id, { id, name, body, reads, wasSent: false, sinceMs: nowMs, settle });
    });
  }

  /** A session is there. A hub of another boot forgot what it executed: what changes something is not repeated. */
  welcomed(boot: string): void {
    const forgot = this.boot !== null && this.boot !== boot;
    this.boot = boot;
    if (!forgot) return;
    for (const one of [...this.waiting.values()]) if (one.wasSent && !one.reads) this.settle(one, "unsure");
  }

  /** Send what no session carries yet; what finds no stream waits for the next time. */
  sendAll(send: Send): void {
    for (const one of this.waiting.values()) {
      if (one.sinceMs === null) continue;
      const stream = send(one.id, one.name, one.body);
      if (stream === null) return;
      this.streams.set(stream, one.id);
      one.wasSent = true;
      one.sinceMs = null;
    }
  }

  /** Whether the stream was a request's. */
  answered(stream: number, answer: Answer): boolean {
    const one = this.of(stream);
    if (one !== undefined) this.settle(one, answer);
    return one !== undefined;
  }

  /** The hub gave a stream up. */
  over(stream: number, code: Code | null): void {
    const one = this.of(stream);
    if (one !== undefined) this.settle(one, code === CODE.TOO_FAST || code === CODE.TOO_MANY ? "busy" : "unsure");
  }

  /** The session is gone: all wait for the next one. */
  lost(nowMs: number): void {
    this.streams.clear();
    for (const one of this.waiting.values()) one.sinceMs ??= nowMs;
  }

  /** Give up what waited too long for a session. */
  wake(nowMs: number): void {
    for (const one of [...this.waiting.values()]) {
      if (one.sinceMs !== null && nowMs - one.sinceMs >= PATIENCE_MS) this.settle(one, one.wasSent && !one.reads ? "unsure" : "away");
    }
  }

  /** There will be no session any more. */
  end(): void {
    for (const one of [...this.waiting.values()]) this.settle(one, "away");
  }

  private of(stream: number): Waiting | undefined {
    const id = this.streams.get(stream);
    this.streams.delete(stream);
    return id === undefined ? undefined : this.waiting.get(id);
  }

  private settle(one: Waiting, outcome: Outcome): void {
    this.waiting.delete(one.id);
    one.settle(outcome);
  }
}
