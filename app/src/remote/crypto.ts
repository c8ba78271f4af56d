// The session's primitives, all of them the browser's own: X25519, AES-256-GCM, SHA-256 and HKDF of WebCrypto.

import { type Bytes, concat, sha256 } from "../gate/bytes";

export const KEY_SIZE = 32;
export const TAG_SIZE = 16;
const NONCE_SIZE = 12;
const EMPTY = new Uint8Array(0);

/** An X25519 pair; the secret never leaves the browser. */
export interface Pair {
  publicKey: Bytes;
  secret: CryptoKey;
}

/** This browser can't make X25519 keys: there is no session with it. */
export class TooOld extends Error {}

/** A new pair whose secret can't be exported. Throws TooOld. */
export async function newPair(): Promise<Pair> {
  try {
    const pair = await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
    return { publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)), secret: pair.privateKey };
  } catch (error) {
    throw new TooOld("no X25519 in this browser", { cause: error });
  }
}

/** What both ends of a Diffie-Hellman know; null: a point of small order, or not a key. */
export async function agreed(secret: CryptoKey, publicKey: Bytes): Promise<Bytes | null> {
  try {
    const theirs = await crypto.subtle.importKey("raw", publicKey, { name: "X25519" }, false, []);
    return new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, secret, 8 * KEY_SIZE));
  } catch {
    return null;
  }
}

/** HKDF-SHA256 (RFC 5869); with an empty `info` that of Noise, section 4.3. */
export async function hkdf(material: Bytes, salt: Bytes, info: Bytes, size: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", material, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, 8 * size));
}

export const hashed = (...parts: Uint8Array[]): Promise<Bytes> => sha256(concat(...parts));

/** One AES-256-GCM key. Who counts its nonces is the caller. */
export class Cipher {
  private constructor(private readonly key: CryptoKey) {}

  static async of(raw: Bytes): Promise<Cipher> {
    return new Cipher(await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]));
  }

  async encrypt(nonce: number | bigint, ad: Bytes, plain: Bytes): Promise<Bytes> {
    const how = { name: "AES-GCM", iv: spelled(nonce), additionalData: ad };
    return new Uint8Array(await crypto.subtle.encrypt(how, this.key, plain));
  }

  /** null: not authentic. */
  async decrypt(nonce: number | bigint, ad: Bytes, sealed: Bytes): Promise<Bytes | null> {
    if (sealed.length < TAG_SIZE) return null;
    try {
      const how = { name: "AES-GCM", iv: spelled(nonce), additionalData: ad };
      return new Uint8Array(await crypto.subtle.decrypt(how, this.key, sealed));
    } catch {
      return null;
    }
  }

  /** The next key (Noise, section 4.2, REKEY). */
  async rekeyed(): Promise<Cipher> {
    const made = await this.encrypt(2n ** 64n - 1n, EMPTY, new Uint8Array(KEY_SIZE));
    return Cipher.of(made.slice(0, KEY_SIZE));
  }
}

function spelled(nonce: number | bigint): Bytes {
  const bytes = new Uint8Array(NONCE_SIZE); // four zero bytes, then 64 bits (section 12.3)
  new DataView(bytes.buffer).setBigUint64(4, BigInt(nonce));
  return bytes;
}
