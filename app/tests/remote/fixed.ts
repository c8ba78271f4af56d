// Keys from bytes, for vectors: the app itself makes all of its keys anew and can't write them down.

import { type Bytes, concat, fromBase64url } from "../../src/gate/bytes";
import type { Pair } from "../../src/remote/crypto";

export const hex = (text: string): Bytes =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const PKCS8 = hex("302e020100300506032b656e04220420"); // RFC 8410: X25519, 32 bytes

export async function pairOf(secret: Bytes): Promise<Pair> {
  const key = await crypto.subtle.importKey("pkcs8", concat(PKCS8, secret), { name: "X25519" }, true, ["deriveBits"]);
  const publicKey = fromBase64url((await crypto.subtle.exportKey("jwk", key)).x ?? "");
  if (publicKey === null) throw new Error("no key");
  return { publicKey, secret: key };
}
