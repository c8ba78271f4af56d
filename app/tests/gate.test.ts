import { expect, test, vi } from "vitest";
import vectors from "../../tests/vectors/gate.json";
import trees from "../../tests/vectors/merkle.toml?raw";
import { believed, NotConfirmed } from "../src/gate/attest";
import { type Bytes, concat, fromBase64, fromBase64url, sha256, toBase64url, toHex, utf8 } from "../src/gate/bytes";
import { canonical, type Json, readCanonical } from "../src/gate/canonical";
import { readCheckpoint } from "../src/gate/checkpoint";
import { verifyByLibrary, verifyEd25519 } from "../src/gate/curves";
import { claimMac, keyId, moment, newGrantPair, pointOf, readClaim, signStatement } from "../src/gate/keys";
import { grewFrom } from "../src/gate/merkle";
import { newPair, TooOld } from "../src/remote/crypto";

const hex = (text: string): Bytes =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const gate = hex(vectors.gate.public);
const other = hex(vectors.other.session_key);

// what the gate signed

test.each(vectors.answers.map((answer) => [answer.kind, answer] as const))(
  "an answer of kind %s is believed for its question alone",
  async (kind, { nonce, body, text, signature }) => {
    const signed = { text, signature };
    expect(await believed(signed, kind, nonce, gate)).toEqual(body);
    expect(canonical({ body: body as Json, kind, nonce })).toBe(text);
    const wrong: [unknown, string, string, Bytes][] = [
      [signed, "another", nonce, gate],
      [signed, kind, "A".repeat(22), gate],
      [signed, kind, nonce, other],
      [{ text: text.replace("{", "{ "), signature }, kind, nonce, gate],
      [{ text, signature: `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}` }, kind, nonce, gate],
      [undefined, kind, nonce, gate],
    ];
    for (const [answer, asked, mine, key] of wrong)
      await expect(believed(answer, asked, mine, key)).rejects.toThrow(NotConfirmed);
  },
);

test("the library says of a signature what the browser says", async () => {
  const [answer] = vectors.answers;
  const message = concat(utf8("homebase gate answer\n"), utf8(answer?.text ?? ""));
  const mark = fromBase64url(answer?.signature ?? "") ?? new Uint8Array();
  for (const verify of [verifyEd25519, verifyByLibrary]) {
    expect(await verify(gate, mark, message)).toBe(true);
    expect(await verify(other, mark, message)).toBe(false);
    expect(await verify(gate, mark, concat(message, utf8(" ")))).toBe(false);
    expect(await verify(gate, mark.slice(1), message)).toBe(false);
  }
});

test("a browser without X25519 is told to be too old", async () => {
  const none = vi.spyOn(crypto.subtle, "generateKey").mockRejectedValue(new DOMException("", "NotSupportedError"));
  await expect(newPair()).rejects.toThrow(TooOld);
  none.mockRestore();
  const own = await newPair();
  expect([own.publicKey.length, own.secret.extractable]).toEqual([32, false]);
});

// keys and statements

test("the claim is read in its one form, and shown by its HMAC", async () => {
  const claim = readClaim(` ${vectors.claim.qr}\n`);
  expect(toHex(claim?.secret ?? new Uint8Array())).toBe(vectors.claim.secret);
  expect(claim?.gate).toEqual(gate);
  const mac = await claimMac(hex(vectors.claim.secret), hex(vectors.owner.point), hex(vectors.owner.session_key), vectors.claim.nonce);
  expect(toBase64url(mac)).toBe(vectors.claim.mac);
  for (const wrong of ["", vectors.claim.qr.slice(0, -1), vectors.claim.qr.replace(":1:", ":2:"), `${vectors.claim.qr}:x`])
    expect(readClaim(wrong)).toBe(null);
});

test("a key has the id that the gate gives it", async () => {
  expect(await keyId(hex(vectors.owner.point))).toBe(vectors.owner.kid);
});

test("each statement of the vectors is spelled here as there", () => {
  for (const { payload, jws } of vectors.statements) {
    const [header = "", body = ""] = jws.split(".");
    expect(canonical(readCanonical(payload))).toBe(payload);
    expect(toBase64url(utf8(payload))).toBe(body);
    expect(toBase64url(utf8(canonical({ alg: "ES256", kid: vectors.owner.kid })))).toBe(header);
  }
});

test("a statement is signed by a key that can't leave", async () => {
  const pair = await newGrantPair();
  const kid = await keyId(await pointOf(pair));
  const text = await signStatement({ type: "homebase.clock/1", at: moment(0), challenge: "x" }, kid, pair.privateKey);
  const [header = "", payload = "", mark = ""] = text.split(".");
  const data = utf8(`${header}.${payload}`);
  const signature = fromBase64url(mark) ?? new Uint8Array();
  expect(signature.length).toBe(64);
  expect(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, pair.publicKey, signature, data)).toBe(true);
  expect(new TextDecoder().decode(fromBase64url(payload) ?? new Uint8Array())).toBe(
    '{"at":"1970-01-01T00:00:00.000Z","challenge":"x","type":"homebase.clock/1"}',
  );
  expect(pair.privateKey.extractable).toBe(false);
});

test("what has no canonical spelling is not spelled", () => {
  expect(canonical({ b: [1, null, true], "\u00e4": "\u00e4\n", a: "" })).toBe('{"a":"","b":[1,null,true],"\u00e4":"\u00e4\\n"}');
  for (const wrong of [0.5, 2 ** 53, Number.NaN, "\ud800"]) expect(() => canonical(wrong)).toThrow(RangeError);
  for (const wrong of ["{ }", '{"b":1,"a":2}', '{"a":1,"a":1}', "1.0", "nothing"]) expect(readCanonical(wrong)).toBe(null);
  expect([fromBase64url("AB"), fromBase64url("A"), fromBase64url("AA==")]).toEqual([null, null, null]);
});

// the ledger

type Row = Record<string, string | number | string[]>;

/** The rows of one kind: numbers, texts and lists of texts are all that stands there. */
const rows = (kind: string): Row[] =>
  trees
    .split("[[")
    .filter((part) => part.startsWith(`${kind}]]`))
    .map((part) =>
      Object.fromEntries(
        [...part.matchAll(/^(\w+) = (.+)$/gm)].map(([, name = "", value = ""]) => [name, JSON.parse(value) as string]),
      ),
    );

const bytes = (text: unknown): Bytes => fromBase64(String(text)) ?? new Uint8Array();

test("consistency proofs of the vectors hold, and no other", async () => {
  const roots = new Map(rows("root").map(({ size, hash }) => [size, bytes(hash)]));
  const proofs = rows("consistency");
  expect(proofs.length).toBeGreaterThan(5);
  for (const row of proofs) {
    const [old, now] = [Number(row.old), Number(row.new)];
    const steps = (row.proof as string[]).map(bytes);
    const before = { size: old, root: roots.get(old) ?? new Uint8Array() };
    const after = { size: now, root: roots.get(now) ?? new Uint8Array() };
    expect(await grewFrom(before, after, steps), `${old} to ${now}`).toBe(true);
    expect(await grewFrom({ ...before, root: await sha256(before.root) }, after, steps)).toBe(false);
    expect(await grewFrom(before, { ...after, root: await sha256(after.root) }, steps)).toBe(false);
    expect(await grewFrom(before, after, [...steps, after.root])).toBe(false);
    if (steps.length > 0) expect(await grewFrom(before, after, steps.slice(1))).toBe(false);
    if (old < now) expect(await grewFrom(after, before, steps)).toBe(false);
  }
});

test("a checkpoint is read under the gate's key alone", async () => {
  for (const { kept } of vectors.witness) {
    const read = await readCheckpoint(kept, gate);
    const [origin = "", size = ""] = kept.split("\n");
    expect(read).toMatchObject({ origin, size: Number(size) });
    expect(read?.root.length).toBe(32);
    expect(await readCheckpoint(kept, other)).toBe(null);
    expect(await readCheckpoint(kept.replace(`\n${size}\n`, `\n${Number(size) + 1}\n`), gate)).toBe(null);
    expect(await readCheckpoint(kept.replace("\n\n", "\n"), gate)).toBe(null);
  }
});
