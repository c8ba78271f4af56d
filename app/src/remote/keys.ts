// What is derived from secrets, and what both sides bind a handshake to. Pure but for the hash.
// Source: docs/protocols/remote.md, "Handshake", "Pairing" and "Six words".

import { type Bytes, concat, utf8 } from "../gate/bytes";
import { hkdf } from "./crypto";

export const MODE = { PAIR: 1, SESSION: 2 } as const;
export type Mode = (typeof MODE)[keyof typeof MODE];
export const CONNECTION_SIZE = 16;
export const PAIRING_SIZE = 8;
/** The route of a connection that no relay carries. */
export const AT_HOME: Bytes = new Uint8Array(16);
const PSK_SIZE = 32;

/** What both sides mix into the handshake first: who speaks where, and about what. */
export const prologue = (mode: Mode, route: Bytes, connection: Bytes, hubKey: Bytes): Bytes =>
  concat(utf8("homebase/1"), new Uint8Array([mode]), route, connection, hubKey);

/** The pre-shared key of a pairing over that route. */
export const pairingPsk = (secret: Bytes, hubKey: Bytes, route: Bytes): Promise<Bytes> =>
  hkdf(secret, concat(hubKey, route), utf8("homebase/1 pairing"), PSK_SIZE);
