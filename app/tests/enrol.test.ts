// A phone that is enrolled: the keys that it asks the gate to know are the same at each try, whatever breaks in between.

import { beforeEach, expect, test, vi } from "vitest";
import vectors from "../../tests/vectors/gate.json";
import type { Json } from "../src/gate/canonical";

interface Asked {
  nonce: string;
  grant_key: string;
  session_key: string;
}

const { kept, gate } = vi.hoisted(() => ({
  kept: new Map<string, unknown>(),
  gate: { answer: null as ((asked: Asked) => Promise<unknown>) | null },
}));

vi.mock("../src/gate/memory", () => ({
  read: (name: string) => Promise.resolve(kept.get(name) ?? null),
  keep: (name: string, value: unknown) => Promise.resolve(kept.set(name, value)),
  keepEnrolled: (phone: unknown) => {
    kept.delete("asking");
    return Promise.resolve(kept.set("phone", phone));
  },
  forget: () => {
    kept.clear();
    return Promise.resolve();
  },
}));
vi.stubGlobal("requestAnimationFrame", (run: () => void) => {
  queueMicrotask(run);
});
vi.mock("../src/gate/keys", async (original) => ({ ...(await original<object>()), isSecure: () => true }));
vi.mock("../src/state/app", () => ({ client: { gate: (_: string, __: string, body: Asked) => gate.answer?.(body) } }));

const { canonical } = await import("../src/gate/canonical");
const { concat, fromBase64url, toBase64url, utf8 } = await import("../src/gate/bytes");
const { keyId, readClaim } = await import("../src/gate/keys");
const { enrol, enrolBy, leaveHome, lookAgain, Refused, whoAmI } = await import("../src/gate/phone");
const { newPair } = await import("../src/remote/crypto");

const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
const gateKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
const claim = { gate: gateKey, secret: new Uint8Array(16) };

async function signed(nonce: string, body: Json): Promise<unknown> {
  const text = canonical({ body, kind: "key", nonce });
  const mark = await crypto.subtle.sign("Ed25519", pair.privateKey, concat(utf8("homebase gate answer\n"), utf8(text)));
  return { signed: { text, signature: toBase64url(new Uint8Array(mark)) } };
}

/** A gate that knows whom it enrolled; `loses`: so many of its answers never come. */
function playGate(loses: number): Asked[] {
  const asked: Asked[] = [];
  gate.answer = async (one) => {
    asked.push(one);
    if (asked.length <= loses) throw new Error("the line broke");
    const again = asked.length > 1 && asked[0]?.grant_key !== one.grant_key;
    if (again) return signed(one.nonce, { done: false, reason: "claim_wrong" });
    const key = await keyId(fromBase64url(one.grant_key) ?? new Uint8Array());
    return signed(one.nonce, { done: true, key, may_grant: true, epoch: "e" });
  };
  return asked;
}

beforeEach(async () => {
  await leaveHome();
});

test("a phone whose answer was lost asks with the same keys, and is enrolled", async () => {
  const asked = playGate(2);
  const session = await newPair();
  await expect(enrolBy(claim, session)).rejects.toThrow("the line broke");
  await expect(enrolBy(claim, session)).rejects.toThrow("the line broke");
  await enrolBy(claim, session);
  expect(new Set(asked.map((one) => `${one.grant_key} ${one.session_key}`)).size).toBe(1);
  const now = await whoAmI();
  expect(now).toMatchObject({ state: "here", phone: { epoch: "e", keys: { session } } });
  expect(now.phone?.keys.grant.privateKey.extractable).toBe(false);
  expect([...kept.keys()]).toEqual(["phone"]);
});

test("another session's key or another gate is asked with keys of its own, and so is one after leaving", async () => {
  const asked = playGate(9);
  const session = await newPair();
  const tries = [
    () => enrolBy(claim, session),
    () => enrolBy(claim, null), // whoever has no session takes what was kept
    async () => enrolBy(claim, await newPair()),
    () => enrolBy({ ...claim, gate: new Uint8Array(32) }, null),
    () => leaveHome().then(() => enrolBy({ ...claim, gate: new Uint8Array(32) }, null)),
  ];
  for (const one of tries) await expect(one()).rejects.toThrow("the line broke");
  const keys = asked.map((one) => one.grant_key);
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(4);
});

test("a refusal is the gate's own", async () => {
  gate.answer = (one) => signed(one.nonce, { done: false, reason: "claim_wrong" });
  await expect(enrolBy(claim, null)).rejects.toThrow(Refused);
  expect((await whoAmI()).state).toBe("none");
});

test("a paired phone believes the gate of its code, and is enrolled later under its session's key", async () => {
  const own = await newPair();
  kept.set("hub", { own, gateKey });
  expect(await lookAgain()).toEqual({ state: "reads", phone: null, gate: gateKey });
  const asked = playGate(0);
  const text = `homebase:claim:1:${toBase64url(gateKey)}:${toBase64url(claim.secret)}`;
  expect(readClaim(text)).toEqual(claim);
  await enrol(text);
  expect(asked[0]?.session_key).toBe(toBase64url(own.publicKey));
  expect((await whoAmI()).state).toBe("here");
  await expect(enrol(vectors.claim.qr.slice(0, -1))).rejects.toThrow("claim_unreadable");
});
