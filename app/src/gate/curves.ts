// Ed25519 and X25519: the browser's own, and a small library for browsers that have none. Loaded when first needed.

import type { Bytes } from "./bytes";

const library = () => import("@noble/curves/ed25519.js");

/** A pair whose secret can't be exported; `secret` bytes only where the browser has no X25519. */
export interface SessionPair {
  publicKey: Bytes;
  secret: CryptoKey | Bytes;
}

/** Whether `signature` over `message` was made by the key. Never throws for what another side sent. */
export async function verifyEd25519(publicKey: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return verifyByLibrary(publicKey, signature, message);
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

export async function verifyByLibrary(publicKey: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  const { ed25519 } = await library();
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** A new key for sessions with this home. */
export async function newSessionPair(): Promise<SessionPair> {
  try {
    const pair = await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
    return { publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)), secret: pair.privateKey };
  } catch {
    const { x25519 } = await library();
    const { secretKey, publicKey } = x25519.keygen();
    return { publicKey: new Uint8Array(publicKey), secret: new Uint8Array(secretKey) };
  }
}
