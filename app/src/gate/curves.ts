// Ed25519: the browser's own, and a small library for browsers that have none. Loaded when first needed.

import type { Bytes } from "./bytes";

const library = () => import("@noble/curves/ed25519.js");

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
