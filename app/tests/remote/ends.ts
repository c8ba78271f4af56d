// Both ends of a session in one process: the app's phone, and a hub's side made of the same parts.

import { type Bytes, concat, utf8 } from "../../src/gate/bytes";
import { Channel } from "../../src/remote/channel";
import { newPair } from "../../src/remote/crypto";
import { FROM_PHONE, type Frame } from "../../src/remote/frames";
import { AT_HOME, MODE, type Mode, prologue } from "../../src/remote/keys";
import { Handshake } from "../../src/remote/noise";
import { Initiator, NO_PAIRING, SECOND_PAYLOAD } from "../../src/remote/opening";
import { IKPSK1 } from "../../src/remote/pattern";
import { PhoneSession, type SessionEvent } from "../../src/remote/session";
import { FIRST_CREDIT, Streams } from "../../src/remote/streams";
import { Opener, Sealer } from "../../src/remote/transport";

export const PSK: Bytes = new Uint8Array(32).fill(9);
export const chance = { bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)), pair: newPair };

/** A side's crypto around its machine. */
interface End {
  sealer: Sealer;
  opener: Opener;
  channel: Channel;
}

export async function said(end: End): Promise<Bytes[]> {
  const wires: Bytes[] = [];
  for (const content of end.channel.take()) wires.push(await end.sealer.seal(content));
  return wires;
}

export interface Ends {
  phone: End & { session: PhoneSession };
  hub: End;
  /** Carry what the hub has to say to the phone. */
  down: (nowMs?: number) => Promise<SessionEvent[]>;
  /** Carry what the phone has to say to the hub. */
  up: (nowMs?: number) => Promise<Frame[]>;
}

export async function ends(mode: Mode = MODE.SESSION): Promise<Ends> {
  const [own, hubPair] = [await newPair(), await newPair()];
  const dial = { mode, hubKey: hubPair.publicKey, own, psk: PSK, route: AT_HOME, pairing: NO_PAIRING };
  const initiator = await Initiator.begin(dial, chance);
  const handshake = await Handshake.begin({
    pattern: IKPSK1,
    initiator: false,
    prologue: prologue(mode, AT_HOME, initiator.connection, hubPair.publicKey),
    own: hubPair,
    psk: () => PSK,
    newPair,
  });
  await handshake.read(initiator.opening.slice(25));
  const split = await initiator.answer(await handshake.write(SECOND_PAYLOAD));
  if (split === null) throw new Error("no session");
  const theirs = await handshake.split();
  const session = new PhoneSession(0);
  const streams = new Streams({ sending: FIRST_CREDIT, receiving: 0 });
  const hub = { channel: new Channel(FROM_PHONE, streams, 0), sealer: new Sealer(theirs.sending), opener: new Opener(theirs.receiving) };
  const phone = { session, channel: session.channel, sealer: new Sealer(split.sending), opener: new Opener(split.receiving) };
  return {
    phone,
    hub,
    down: async (nowMs = 0) => {
      const events: SessionEvent[] = [];
      for (const wire of await said(hub)) events.push(...session.receive(await phone.opener.open(wire), nowMs));
      return events;
    },
    up: async (nowMs = 0) => {
      const frames: Frame[] = [];
      for (const wire of await said(phone)) frames.push(...hub.channel.receive(await hub.opener.open(wire), nowMs));
      return frames;
    },
  };
}

export const body = (value: unknown): Bytes => utf8(JSON.stringify(value));
export const joined = (...parts: Uint8Array[]): Bytes => concat(...parts);
