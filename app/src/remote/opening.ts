// The phone's side of a handshake: a connection's first message and the hub's answer to it.
// Source: docs/protocols/remote.md, "Opening".

import { type Bytes, concat, same } from "../gate/bytes";
import type { Pair } from "./crypto";
import { CONNECTION_SIZE, type Mode, PAIRING_SIZE, prologue } from "./keys";
import { Handshake, type Split } from "./noise";
import { IKPSK1 } from "./pattern";

const VERSION = 1;
export const SIZE = 280; // of both messages: the smallest size of all that follow, so that they look alike
export const FIRST_PAYLOAD: Bytes = concat(new Uint8Array([VERSION]), new Uint8Array(158));
export const SECOND_PAYLOAD: Bytes = new Uint8Array(232);
export const NO_PAIRING: Bytes = new Uint8Array(PAIRING_SIZE);

/** Whom to reach, and by what. */
export interface Dial {
  mode: Mode;
  hubKey: Bytes;
  own: Pair;
  psk: Bytes;
  route: Bytes;
  pairing: Bytes;
}

/** Where chance comes from; tests hand in theirs. */
export interface Chance {
  bytes: (size: number) => Bytes;
  pair: () => Promise<Pair>;
}

export class Initiator {
  private constructor(
    private readonly handshake: Handshake,
    readonly connection: Bytes,
    /** What has to be sent first. */
    readonly opening: Bytes,
  ) {}

  static async begin(dial: Dial, chance: Chance, connection = chance.bytes(CONNECTION_SIZE)): Promise<Initiator> {
    const handshake = await Handshake.begin({
      pattern: IKPSK1,
      initiator: true,
      prologue: prologue(dial.mode, dial.route, connection, dial.hubKey),
      own: dial.own,
      remote: dial.hubKey,
      psk: () => dial.psk,
      newPair: chance.pair,
    });
    const message = await handshake.write(FIRST_PAYLOAD);
    return new Initiator(handshake, connection, concat(new Uint8Array([dial.mode]), connection, dial.pairing, message));
  }

  /** The transport keys; null: not the hub's answer, and this handshake is over. */
  async answer(message: Bytes): Promise<Split | null> {
    if (message.length !== SIZE) return null;
    const payload = await this.handshake.read(message);
    return payload !== null && same(payload, SECOND_PAYLOAD) ? this.handshake.split() : null;
  }
}
