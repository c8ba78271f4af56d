// The phone's keys: made in this browser, never exported; the claim that shows that the QR code was read; statements.
// Source: docs/protocols/gate.md, "Keys" and "Statements".

import { type Bytes, concat, fromBase64url, sha256, toBase64url, utf8 } from "./bytes";
import type { Pair } from "../remote/crypto";
import { canonical, type Json } from "./canonical";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const GATE_KEY_SIZE = 32;
const SECRET_SIZE = 16;
const HALF = 32;

export interface PhoneKeys {
  grant: CryptoKeyPair;
  session: Pair;
}

export interface Claim {
  gate: Bytes;
  secret: Bytes;
}

/** Whether this page may use WebCrypto: over https, or on the machine itself. */
export const isSecure = (): boolean => globalThis.isSecureContext && "subtle" in crypto && "indexedDB" in globalThis;

export const newGrantPair = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);

/** The uncompressed point: 4, x, y. */
export const pointOf = async (pair: CryptoKeyPair): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));

/** The key's id: its JWK thumbprint (RFC 7638). */
export async function keyId(point: Bytes): Promise<string> {
  const x = toBase64url(point.slice(1, 1 + HALF));
  const y = toBase64url(point.slice(1 + HALF));
  return toBase64url(await sha256(utf8(canonical({ crv: "P-256", kty: "EC", x, y }))));
}

/** What the QR code says, `homebase:claim:1:GATE:SECRET`; null: something else. Blanks around it don't matter. */
export function readClaim(text: string): Claim | null {
  const [word, kind, version, gate = "", secret = "", ...rest] = text.replace(/\s+/g, "").split(":");
  const [key, hidden] = [fromBase64url(gate), fromBase64url(secret)];
  if (word !== "homebase" || kind !== "claim" || version !== "1" || rest.length > 0) return null;
  return key?.length === GATE_KEY_SIZE && hidden?.length === SECRET_SIZE ? { gate: key, secret: hidden } : null;
}

/** What is sent instead of the secret: HMAC(secret, "enrol" ‖ grant key ‖ session key ‖ nonce). */
export async function claimMac(secret: Bytes, point: Bytes, sessionKey: Bytes, nonce: string): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const said = concat(utf8("enrol"), point, sessionKey, utf8(nonce));
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, said));
}

/** A statement under the phone's key: JWS, ES256, compact. */
export async function signStatement(
  payload: Readonly<Record<string, Json>>,
  kid: string,
  key: CryptoKey,
): Promise<string> {
  const parts = [canonical({ alg: "ES256", kid }), canonical(payload)].map((part) => toBase64url(utf8(part)));
  const signed = parts.join(".");
  const mark = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, utf8(signed));
  return `${signed}.${toBase64url(new Uint8Array(mark))}`;
}

/** Now, as statements spell it. */
export const moment = (atMs: number): string => new Date(atMs).toISOString();
