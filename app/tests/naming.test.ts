// A later phone's key, before a gate that answers what this test lets it: what is offered, shown, and named.

import { beforeEach, expect, test, vi } from "vitest";
import vectors from "../../tests/vectors/gate.json";
import type { Json } from "../src/gate/canonical";

const { kept, gate } = vi.hoisted(() => ({
  kept: new Map<string, unknown>(),
  gate: new (class {
    bodies: Record<string, (asked: Record<string, string>) => unknown> = {};
  })(),
}));

vi.stubGlobal("requestAnimationFrame", (run: () => void) => {
  queueMicrotask(run);
});
vi.mock("../src/gate/memory", () => ({
  read: (name: string) => Promise.resolve(kept.get(name) ?? null),
  keep: (name: string, value: unknown) => Promise.resolve(kept.set(name, value)),
  keepEnrolled: (phone: unknown) => {
    kept.delete("asking");
    return Promise.resolve(kept.set("phone", phone));
  },
}));
vi.mock("../src/gate/keys", async (original) => ({ ...(await original<object>()), isSecure: () => true }));
vi.mock("../src/state/app", () => ({ client: { gate: (_: string, path: string, body: Record<string, string>) => answer(path, body) } }));

const { NotConfirmed } = await import("../src/gate/attest");
const { canonical, readCanonical } = await import("../src/gate/canonical");
const { concat, fromBase64url, toBase64url, utf8 } = await import("../src/gate/bytes");
const { newGrantPair, keyId, pointOf } = await import("../src/gate/keys");
const { isNamed, nameOffer, offerMine, offerOf, offers, offerWords, ownId, unlisted } = await import("../src/gate/naming");
const { lookAgain, whoAmI } = await import("../src/gate/phone");
const { newPair } = await import("../src/remote/crypto");

const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
const gateKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
const { later, naming } = vectors;
const KINDS: Record<string, string> = { challenges: "challenge", statements: "statement" };

async function answer(path: string, asked: Record<string, string>): Promise<unknown> {
  const name = path.replace("/gate/v1/", "").replace(/\?.*/, "");
  const body = gate.bodies[name]?.(asked) as Json;
  const text = canonical({ body, kind: KINDS[name] ?? name, nonce: asked.nonce ?? "" });
  const mark = await crypto.subtle.sign("Ed25519", pair.privateKey, concat(utf8("homebase gate answer\n"), utf8(text)));
  return { signed: { text, signature: toBase64url(new Uint8Array(mark)) } };
}

const stated = (jws = ""): Record<string, unknown> =>
  readCanonical(new TextDecoder().decode(fromBase64url(jws.split(".")[1] ?? "") ?? undefined)) as Record<string, unknown>;

beforeEach(async () => {
  kept.clear();
  kept.set("hub", { own: await newPair(), gateKey });
  await lookAgain();
  gate.bodies = { challenges: () => ({ challenge: "c", expires_in_s: 600 }) };
});

test("the words are those of the vectors", async () => {
  const offer = fromBase64url(naming.offer) ?? new Uint8Array();
  const shown = await offerWords(hex(vectors.gate.public), hex(later.point), hex(later.session_key), offer);
  expect(shown).toEqual(naming.words);
});

test("a phone offers its own keys under its own signature, the same at each try, and shows words of them", async () => {
  const said: Record<string, unknown>[] = [];
  gate.bodies.statements = ({ jws }) => {
    const now = stated(jws);
    said.push(now);
    const key = (kept.get("asking") as { kid: string }).kid;
    return { done: true, key, offer: naming.offer, expires_in_s: 600 };
  };
  const words = await offerMine();
  expect(await offerMine()).toEqual(words);
  const [first, again] = said;
  expect(Object.keys(first ?? {}).sort()).toEqual(Object.keys(stated(naming.offered.jws)).sort());
  expect(first?.type).toBe("homebase.key-offer/1");
  expect([again?.grant_key, again?.session_key]).toEqual([first?.grant_key, first?.session_key]);
  // a hub that has another key offered in its place shows no words here
  gate.bodies.statements = () => ({ done: true, key: later.kid, offer: naming.offer, expires_in_s: 600 });
  await expect(offerMine()).rejects.toThrow(NotConfirmed);
});

test("it may agree once its own key counts with that right", async () => {
  gate.bodies.statements = () => ({ done: true, key: (kept.get("asking") as { kid: string }).kid, offer: naming.offer });
  await offerMine();
  const { kid } = kept.get("asking") as { kid: string };
  const standing = (keys: unknown[]) => () => ({ epoch: "e", keys });
  for (const keys of [[], [{ key: later.kid, may_grant: true }], [{ key: kid, may_grant: false }]]) {
    gate.bodies.standing = standing(keys);
    expect(await isNamed()).toBe(false);
  }
  gate.bodies.standing = standing([{ key: kid, may_grant: true }]);
  expect(await isNamed()).toBe(true);
  expect(await whoAmI()).toMatchObject({ state: "here", phone: { kid, epoch: "e" } });
});

test("an owner's phone takes an offer only under its key's own id, and names exactly that", async () => {
  const grant = await newGrantPair();
  const session = await newPair();
  kept.set("phone", { keys: { grant, session }, kid: await keyId(await pointOf(grant)), gate: gateKey, epoch: "e" });
  await lookAgain();
  const one = {
    offer: naming.offer,
    key: later.kid,
    grant_key: toBase64url(hex(later.point)),
    session_key: toBase64url(hex(later.session_key)),
    expires_in_s: 600,
  };
  gate.bodies.offers = () => ({ offers: [one, { ...one, key: vectors.owner.kid }, { ...one, offer: "AA" }, "x"] });
  const [offer, ...others] = await offers();
  expect(others).toEqual([]);
  expect(offer).toMatchObject({ kid: later.kid, phone: later.session_key.slice(0, 16) });
  if (offer === undefined) throw new Error("no offer");
  let said: Record<string, unknown> = {};
  gate.bodies.statements = ({ jws }) => {
    said = stated(jws);
    return { done: true, key: later.kid, may_grant: true };
  };
  await nameOffer(offer);
  const expected = stated(naming.named.jws);
  expect(said).toEqual({ ...expected, at: said.at, challenge: "c" });
  gate.bodies.statements = () => ({ done: true, key: vectors.owner.kid, may_grant: true });
  await expect(nameOffer(offer)).rejects.toThrow(NotConfirmed);
});

test("a phone is told from others by the key of its sessions, a browser without sessions by the one that it enrolled", async () => {
  const id = (key: Uint8Array) => [...key.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const { own } = kept.get("hub") as { own: Awaited<ReturnType<typeof newPair>> };
  expect(await ownId()).toBe(id(own.publicKey));
  kept.delete("hub");
  expect(await ownId()).toBeNull();
  const session = await newPair();
  kept.set("phone", { keys: { grant: await newGrantPair(), session } });
  expect(await ownId()).toBe(id(session.publicKey));
});

test("an offer is compared at its phone, and what no phone in the list offers is told apart", () => {
  const offer = (phone: string) => ({ offer: "o", kid: phone, grantKey: "", sessionKey: "", phone, words: [] });
  const [guest, browser, agrees] = [
    { id: "a", role: "guest", may_agree: null },
    { id: "b", role: null, may_agree: false },
    { id: "c", role: "owner", may_agree: true },
  ] as const;
  const offered = ["a", "b", "c", "d"].map(offer);
  expect([guest, browser, agrees].map((one) => offerOf(one, offered)?.phone)).toEqual(["a", undefined, undefined]);
  expect(unlisted([guest, browser, agrees], offered).map(({ phone }) => phone)).toEqual(["b", "d"]);
});
