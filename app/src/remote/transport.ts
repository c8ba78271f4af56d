// Messages of an established session: sealed, numbered, padded; a repeat is dropped, a gap is told.
// Each direction has a key and a count; every 2^16 messages the key is replaced (Noise REKEY), by count alone.
// Source: docs/protocols/remote.md, "Transport messages".

import { type Bytes, concat } from "../gate/bytes";
import { type Cipher, TAG_SIZE } from "./crypto";
import { pad, SIZES, unpad } from "./padding";

export const EPOCH = 65_536; // messages under one key
const NUMBER_SIZE = 8;
const EMPTY = new Uint8Array(0);
const WIRE_SIZES: ReadonlySet<number> = new Set(SIZES.map((size) => NUMBER_SIZE + size + TAG_SIZE));

/** `opened`: the next message, in its place; its content is null where the padding is not ours. */
export type Judged = { kind: "opened"; content: Bytes | null } | { kind: "dropped" } | { kind: "gap" };

const epoch = (number: number): number => Math.floor(number / EPOCH);

/** Our direction. One message at a time. */
export class Sealer {
  constructor(
    private cipher: Cipher,
    private number = 0,
  ) {}

  /** The next message. Throws for more than padding.MOST bytes. */
  async seal(content: Uint8Array): Promise<Bytes> {
    const padded = pad(content);
    const number = this.number++;
    if (number > 0 && number % EPOCH === 0) this.cipher = await this.cipher.rekeyed();
    return concat(spelled(number), await this.cipher.encrypt(number, EMPTY, padded));
  }
}

/** The other side's direction. One message at a time. */
export class Opener {
  private next: Cipher | null = null; // made when a message of the next epoch first comes

  constructor(
    private cipher: Cipher,
    private expected = 0,
  ) {}

  /** Judge a message from the network. Never throws. */
  async open(wire: Bytes): Promise<Judged> {
    if (!WIRE_SIZES.has(wire.length)) return { kind: "dropped" };
    const number = Number(new DataView(wire.buffer, wire.byteOffset).getBigUint64(0));
    const cipher = number < this.expected ? null : await this.of(number);
    if (cipher === null) return { kind: "dropped" };
    const padded = await cipher.decrypt(number, EMPTY, wire.subarray(NUMBER_SIZE));
    if (padded === null) return { kind: "dropped" };
    if (number > this.expected) return { kind: "gap" };
    if (cipher !== this.cipher) [this.cipher, this.next] = [cipher, null];
    this.expected = number + 1;
    return { kind: "opened", content: unpad(padded) };
  }

  /** The key of that message, if it is this epoch's or the next one's. */
  private async of(number: number): Promise<Cipher | null> {
    // the key changes with the first message of an epoch: until it came, its predecessor's key is here
    const ahead = epoch(number) - epoch(Math.max(this.expected - 1, 0));
    if (ahead === 0) return this.cipher;
    if (ahead > 1) return null;
    this.next ??= await this.cipher.rekeyed();
    return this.next;
  }
}

function spelled(number: number): Bytes {
  const bytes = new Uint8Array(NUMBER_SIZE);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}
