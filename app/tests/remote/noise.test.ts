// Handshakes against all public vectors: whoever computes the same bytes completes handshakes with every other.

import { expect, test } from "vitest";
import { same, toHex } from "../../src/gate/bytes";
import { newPair } from "../../src/remote/crypto";
import { Handshake } from "../../src/remote/noise";
import { IKPSK1, pattern, type Pattern } from "../../src/remote/pattern";
import { ours, publicVectors } from "../files";
import { hex, pairOf } from "./fixed";

interface Case {
  protocol_name: string;
  init_psks?: string[];
  handshake_hash?: string;
  messages: { payload: string; ciphertext: string }[];
  [field: string]: unknown;
}

const FILE = publicVectors("noise_25519_aesgcm_sha256.json");

/** The hub's table of patterns, for the vectors that are not ours. */
const TABLE = new Map(
  [...ours("hub/remote/noise_patterns.py").matchAll(/"([A-Z0-9]+)": "([^"]+)"/g)].map(([, name = "", text = ""]) => [name, text]),
);

function named(name: string): Pattern {
  const [base = "", psks = ""] = name.split(/(?=psk)(.*)/);
  const [known = "", ...messages] = (TABLE.get(base) ?? "").split("|");
  for (const place of psks.split("+").filter(Boolean).map((one) => Number(one.slice(3)))) {
    if (place === 0) messages[0] = ` psk ${messages[0] ?? ""}`;
    else messages[place - 1] = `${messages[place - 1] ?? ""} psk `;
  }
  return pattern(name, [known, ...messages].join("|"));
}

async function side(one: Case, who: "init" | "resp"): Promise<Handshake> {
  const of = (field: string) => hex((one[`${who}_${field}`] as string | undefined) ?? "");
  const psks = ((one[`${who}_psks`] as string[] | undefined) ?? []).map(hex);
  return Handshake.begin({
    pattern: named(one.protocol_name.split("_")[1] ?? ""),
    initiator: who === "init",
    prologue: of("prologue"),
    ...(of("static").length > 0 && { own: await pairOf(of("static")) }),
    ...(of("remote_static").length > 0 && { remote: of("remote_static") }),
    psk: () => psks.shift() ?? null,
    newPair: () => pairOf(of("ephemeral")),
  });
}

async function replay(one: Case): Promise<void> {
  const [initiator, responder] = [await side(one, "init"), await side(one, "resp")];
  let turn = 0;
  for (; !initiator.done; turn += 1) {
    const [writer, reader] = turn % 2 === 0 ? [initiator, responder] : [responder, initiator];
    const { payload = "", ciphertext = "" } = one.messages[turn] ?? {};
    const message = await writer.write(hex(payload));
    expect(toHex(message)).toBe(ciphertext);
    expect(toHex((await reader.read(message)) ?? new Uint8Array(0))).toBe(payload);
  }
  const [mine, theirs] = [await initiator.split(), await responder.split()];
  expect(same(mine.hash, theirs.hash)).toBe(true);
  if (one.handshake_hash !== undefined) expect(toHex(mine.hash)).toBe(one.handshake_hash);
  const oneWay = turn === 1;
  const counts = new Map([mine.sending, theirs.sending].map((cipher) => [cipher, 0]));
  for (const [index, told] of one.messages.slice(turn).entries()) {
    const fromInitiator = oneWay || (turn + index) % 2 === 0;
    const [sending, receiving] = fromInitiator ? [mine.sending, theirs.receiving] : [theirs.sending, mine.receiving];
    const count = counts.get(sending) ?? 0;
    counts.set(sending, count + 1);
    const sealed = await sending.encrypt(count, new Uint8Array(0), hex(told.payload));
    expect(toHex(sealed)).toBe(told.ciphertext);
    expect(toHex((await receiving.decrypt(count, new Uint8Array(0), sealed)) ?? hex("00"))).toBe(told.payload);
  }
}

test.skipIf(FILE === null)("every public vector is reproduced to the byte", { timeout: 60_000 }, async () => {
  const { vectors } = JSON.parse(FILE ?? "") as { vectors: Case[] };
  for (const one of vectors) await replay(one);
  expect(vectors.length).toBe(110);
  expect(vectors.some((one) => one.protocol_name.includes("_IKpsk1_"))).toBe(true);
});

test("our own pattern is that of the table", () => {
  expect(IKPSK1).toEqual(named("IKpsk1"));
});

const PSK = new Uint8Array(32).fill(7);

async function two(psk = PSK) {
  const [phone, hub] = [await newPair(), await newPair()];
  const shared = { pattern: IKPSK1, prologue: hex("01"), newPair };
  return {
    phone: await Handshake.begin({ ...shared, initiator: true, own: phone, remote: hub.publicKey, psk: () => PSK }),
    hub: await Handshake.begin({ ...shared, initiator: false, own: hub, psk: () => psk }),
  };
}

test("a key that can't be exported completes handshakes, in both roles", async () => {
  const { phone, hub } = await two();
  expect(toHex((await hub.read(await phone.write(hex("aa")))) ?? hex(""))).toBe("aa");
  expect(toHex((await phone.read(await hub.write(hex("bb")))) ?? hex(""))).toBe("bb");
  const [mine, theirs] = [await phone.split(), await hub.split()];
  expect(toHex(mine.hash)).toBe(toHex(theirs.hash));
  await expect(crypto.subtle.exportKey("pkcs8", (await newPair()).secret)).rejects.toThrow();
});

test("another secret, a flipped bit and a point of small order are refused, and that handshake is over", async () => {
  const wrong = await two(new Uint8Array(32));
  expect(await wrong.hub.read(await wrong.phone.write())).toBeNull();
  const flipped = await two();
  const message = await flipped.phone.write();
  for (const at of [0, 40, 80, 95]) {
    const { hub } = await two();
    expect(await hub.read(message.map((byte, index) => (index === at ? byte ^ 1 : byte)))).toBeNull();
    expect(await hub.read(message)).toBeNull();
    await expect(hub.write()).rejects.toThrow();
  }
  const { hub } = await two();
  expect(await hub.read(message.map((byte, index) => (index < 32 ? 0 : byte)))).toBeNull();
  expect(await hub.read(hex("00"))).toBeNull();
});
