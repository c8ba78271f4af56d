// One session on one line: the handshake, then messages sealed and opened in their order around the pure machine. I/O.
// Read downwards: connect → Connection.heard → flush.

import type { Bytes } from "../gate/bytes";
import type { Ended } from "./channel";
import { CODE } from "./frames";
import type { Line } from "./line";
import type { Split } from "./noise";
import { type Chance, type Dial, Initiator } from "./opening";
import { type Hello, PhoneSession, type SessionEvent } from "./session";
import { Opener, Sealer } from "./transport";

export const ANSWER_MS = 10_000; // of a hub, to the handshake and to the greeting; one that does not know us answers nothing
const PING_MS = 25_000;

/** What a connection tells: the session's events, and its end; `ended` null: the line broke, or nobody greeted back. */
export interface Listener {
  event: (mine: Connection, event: SessionEvent) => void;
  over: (mine: Connection, ended: Ended | null) => void;
}

const monotonicMs = (): number => performance.now();

export class Connection {
  readonly session: PhoneSession;
  /** Of the handshake, for the six words. */
  readonly hash: Bytes;
  private readonly sealer: Sealer;
  private readonly opener: Opener;
  private incoming: Promise<void> = Promise.resolve();
  private outgoing: Promise<void> = Promise.resolve();
  private readonly pinging: ReturnType<typeof setInterval>;
  private readonly greeting: ReturnType<typeof setTimeout>;
  private isOver = false;

  constructor(
    private readonly line: Line,
    split: Split,
    private readonly listener: Listener,
    hello: Hello,
  ) {
    this.session = new PhoneSession(monotonicMs());
    this.hash = split.hash;
    this.sealer = new Sealer(split.sending);
    this.opener = new Opener(split.receiving);
    line.hear = (wire) => {
      this.incoming = this.incoming.then(() => this.heard(wire));
    };
    line.gone = () => {
      this.incoming = this.incoming.then(() => {
        this.over(null);
      });
    };
    this.pinging = setInterval(() => {
      this.session.channel.wake(monotonicMs());
      this.session.ping();
      this.flush();
    }, PING_MS);
    this.greeting = setTimeout(() => {
      this.over(null);
    }, ANSWER_MS);
    this.session.hello(hello);
    this.flush();
  }

  private async heard(wire: Bytes): Promise<void> {
    const judged = await this.opener.open(wire);
    if (this.isOver) return;
    const events = this.session.receive(judged, monotonicMs());
    if (events.length > 0) clearTimeout(this.greeting);
    for (const event of events) this.listener.event(this, event);
    this.flush();
  }

  /** Send what waits; a session that is over ends its line after that. */
  flush(): void {
    for (const content of this.session.channel.take()) {
      this.outgoing = this.outgoing.then(async () => {
        this.line.send(await this.sealer.seal(content));
      });
    }
    const { ended } = this.session;
    if (ended !== null) {
      void this.outgoing.then(() => {
        this.over(ended);
      });
    }
  }

  /** End it without waiting for anybody. */
  close(): void {
    this.session.channel.close(CODE.DONE);
    this.flush();
  }

  /** The line is of no use any more, for example after the phone slept: no goodbye. */
  abandon(): void {
    this.over(null);
  }

  private over(ended: Ended | null): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.pinging);
    clearTimeout(this.greeting);
    this.line.close();
    this.listener.over(this, ended);
  }
}

/** A session on a line that was just opened; null: no answer in time, or not the hub's. Closes the line then. */
export async function connect(
  line: Line,
  dial: Dial,
  chance: Chance,
  hello: Hello,
  listener: Listener,
  connection?: Bytes,
): Promise<Connection | null> {
  const initiator = await Initiator.begin(dial, chance, connection);
  const split = await new Promise<Split | null>((resolve) => {
    const late = setTimeout(() => {
      resolve(null);
    }, ANSWER_MS);
    const done = (found: Split | null) => {
      clearTimeout(late);
      resolve(found);
    };
    line.gone = () => {
      done(null);
    };
    line.hear = (wire) => {
      void initiator.answer(wire).then((found) => {
        if (found !== null) done(found);
      });
    };
    line.send(initiator.opening);
  });
  if (split !== null) return new Connection(line, split, listener, hello);
  line.close();
  return null;
}
