// Streams of a session and their credit: who opened what, and how much may still be sent. Pure.
// EVENT and DATA may be sent while their stream's credit is above zero; their length is taken off, so that credit
// falls below zero by one frame at most. Source: docs/protocols/remote.md, "Streams and credit".

export const MOST_STREAMS = 32;
export const FIRST_CREDIT = 262_144;
const MOST_CREDIT = 2_147_483_647;

interface Stream {
  /** Credit that the other side gave us. */
  sending: number;
  /** Credit that we gave. */
  receiving: number;
}

/** The open streams of one side, with the credit of a new one in each direction. */
export class Streams {
  private readonly open = new Map<number, Stream>();
  private last = 0;

  constructor(private readonly first: Readonly<Stream>) {}

  get count(): number {
    return this.open.size;
  }

  has = (stream: number): boolean => this.open.has(stream);
  close = (stream: number): boolean => this.open.delete(stream);
  /** Whether a stream of that number may be opened: each is higher than all before. */
  isNew = (stream: number): boolean => stream > this.last;

  begin(stream: number): void {
    this.last = stream;
    this.open.set(stream, { ...this.first });
  }

  /** Open the next one, for the side that opens streams. */
  next(): number {
    this.begin(this.last + 1);
    return this.last;
  }

  // credit

  maySend = (stream: number): boolean => (this.open.get(stream)?.sending ?? 0) > 0;

  sent(stream: number, size: number): void {
    const found = this.open.get(stream);
    if (found !== undefined) found.sending -= size;
  }

  /** The other side lets us send more; false: more credit than there can be. */
  credited(stream: number, size: number): boolean {
    const found = this.open.get(stream);
    if (found === undefined) return true; // closed meanwhile
    found.sending += size;
    return size > 0 && size <= MOST_CREDIT && found.sending <= MOST_CREDIT;
  }

  /** The other side sent that much; false: it had no credit. */
  received(stream: number, size: number): boolean {
    const found = this.open.get(stream);
    if (found === undefined) return true;
    const allowed = found.receiving > 0;
    found.receiving -= size;
    return allowed;
  }

  /** We let the other side send more. */
  granted(stream: number, size: number): void {
    const found = this.open.get(stream);
    if (found !== undefined) found.receiving += size;
  }
}
