// The specification's examples: what this phone says is what the hub's side expects, to the byte, and the other way round.

import { describe, expect, test } from "vitest";
import vectors from "../../../tests/vectors/remote.json";
import { concat, same, toHex, utf8 } from "../../src/gate/bytes";
import { readCode } from "../../src/remote/code";
import { Cipher, hkdf } from "../../src/remote/crypto";
import { encode, frame, FrameDecoder, FROM_PHONE, KIND, type Limits } from "../../src/remote/frames";
import { MODE, type Mode, pairingPsk, prologue } from "../../src/remote/keys";
import { Handshake } from "../../src/remote/noise";
import { FIRST_PAYLOAD, Initiator, SECOND_PAYLOAD } from "../../src/remote/opening";
import { MOST, pad, unpad } from "../../src/remote/padding";
import { IKPSK1 } from "../../src/remote/pattern";
import { EPOCH, Opener, Sealer } from "../../src/remote/transport";
import { sixWords, WORDS } from "../../src/remote/words";
import { ours } from "../files";
import { hex, pairOf } from "./fixed";

const EMPTY = hex("");
const NOTHING = "nothing";
const shown = (bytes: Uint8Array | null) => (bytes === null ? NOTHING : toHex(bytes));

describe.each(vectors.handshakes)("mode $mode by route $route", (one) => {
  const of = (field: keyof typeof one) => hex(one[field] as string);

  test("the phone's opening is that of the example, and the hub's answer gives its keys and words", async () => {
    const dial = {
      mode: one.mode as Mode,
      hubKey: of("hub_key"),
      own: await pairOf(of("phone_private")),
      psk: one.mode === MODE.PAIR ? await pairingPsk(hex(vectors.codes[0]?.secret ?? ""), of("hub_key"), of("route")) : of("psk"),
      route: of("route"),
      pairing: of("pairing"),
    };
    expect(toHex(dial.psk)).toBe(one.psk);
    const chance = { bytes: () => of("connection"), pair: () => pairOf(of("phone_ephemeral")) };
    const phone = await Initiator.begin(dial, chance);
    expect(toHex(phone.opening)).toBe(one.opening);
    const split = await phone.answer(of("answer"));
    expect(shown(split?.hash ?? null)).toBe(one.handshake_hash);
    expect(await sixWords(split?.hash ?? EMPTY)).toEqual(one.words);
    if (split === null) return;
    expect(toHex(await new Sealer(split.sending).seal(hex(one.hello.content)))).toBe(one.hello.message);
    expect(await new Opener(split.receiving).open(hex(one.welcome.message))).toEqual({
      kind: "opened",
      content: hex(one.welcome.content),
    });
  });

  test("as a hub, it reads the example's opening and says the example's answer", async () => {
    expect(toHex(prologue(one.mode as Mode, of("route"), of("connection"), of("hub_key")))).toBe(one.prologue);
    const hub = await Handshake.begin({
      pattern: IKPSK1,
      initiator: false,
      prologue: of("prologue"),
      own: await pairOf(of("hub_private")),
      psk: (key) => (key !== null && same(key, of("phone_key")) ? of("psk") : null),
      newPair: () => pairOf(of("hub_ephemeral")),
    });
    expect(shown(await hub.read(of("opening").slice(25)))).toBe(toHex(FIRST_PAYLOAD));
    expect(toHex(await hub.write(SECOND_PAYLOAD))).toBe(one.answer);
    expect(toHex((await hub.split()).hash)).toBe(one.handshake_hash);
  });

  test("an answer that is not the hub's gives nothing", async () => {
    const chance = { bytes: () => of("connection"), pair: () => pairOf(of("phone_ephemeral")) };
    const dial = { mode: one.mode as Mode, hubKey: of("hub_key"), psk: of("psk"), route: of("route"), pairing: of("pairing") };
    const own = await pairOf(of("phone_private"));
    for (const wrong of [of("answer").fill(0), of("answer").map((byte, at) => (at === 279 ? byte ^ 1 : byte))]) {
      const phone = await Initiator.begin({ ...dial, own }, chance);
      expect(await phone.answer(wrong)).toBeNull();
      expect(await phone.answer(of("answer"))).toBeNull();
    }
    // another size is dropped unread
    const phone = await Initiator.begin({ ...dial, own }, chance);
    for (const wrong of [of("answer").slice(1), concat(of("answer"), hex("00"))]) expect(await phone.answer(wrong)).toBeNull();
    expect(await phone.answer(of("answer"))).not.toBeNull();
  });
});

test.each(vectors.codes)("the code of a $name is read", (one) => {
  const read = readCode(`  ${one.text}\n`);
  expect([read?.hubKey, read?.gateKey, read?.pairing, read?.secret].map((field) => shown(field ?? null))).toEqual([
    one.hub_key,
    one.gate_key,
    one.pairing,
    one.secret,
  ]);
  expect(shown(read?.claim ?? null)).toBe(one.claim === "" ? NOTHING : one.claim);
  expect(read?.ways[0]).toEqual({ kind: "home", origin: "http://127.0.0.1:8080" });
});

test("the first code's second way is a place at a relay", () => {
  const [, relay] = readCode(vectors.codes[0]?.text ?? "")?.ways ?? [];
  const route = hex("101112131415161718191a1b1c1d1e1f");
  expect(relay).toEqual({
    kind: "relay",
    host: "relay.example",
    tlsPort: 8883,
    wssPort: 443,
    route,
    slot: 3,
    password: "A".repeat(22),
  });
});

test("a code may be broken into lines", () => {
  const first = readCode(vectors.codes[0]?.text ?? "");
  expect(vectors.pasted.map((one) => readCode(one.text))).toEqual(vectors.pasted.map(() => first));
});

test("the other forms of a host and an origin are read", () => {
  const ways = vectors.other_ways.map((one) => JSON.stringify(readCode(one.text)?.ways));
  expect(new Set(ways).size).toBe(ways.length);
  expect(ways).not.toContain(undefined);
});

test.each(vectors.no_codes)("no code, and refused before anything is sent: $name", (one) => {
  expect(readCode(one.text)).toBeNull();
});

test.each(vectors.transport)("message $number is sealed and opened as the specification says", async (one) => {
  const epochs = Math.floor(one.number / EPOCH);
  let cipher = await Cipher.of(hex(one.key));
  for (let epoch = 0; epoch < epochs && one.number % EPOCH > 0; epoch += 1) cipher = await cipher.rekeyed();
  expect(toHex(await new Sealer(cipher, one.number).seal(hex(one.content)))).toBe(one.message);
  expect(await new Opener(cipher, one.number).open(hex(one.message))).toEqual({ kind: "opened", content: hex(one.content) });
});

test.each(vectors.padding)("a content is padded to $size", ({ content, bytes, size }) => {
  const whole = content === undefined ? new Uint8Array(bytes).fill(1) : hex(content);
  const padded = pad(whole);
  expect(padded.length).toBe(size);
  expect(shown(unpad(padded))).toBe(toHex(whole));
});

test("what is padded otherwise is not read", () => {
  const padded = pad(utf8("content"));
  expect(unpad(padded.slice(1))).toBeNull();
  expect(unpad(padded.map((byte, at) => (at === 255 ? 1 : byte)))).toBeNull();
  expect(unpad(padded.map((byte, at) => (at === 0 ? 1 : byte)))).toBeNull();
  expect(() => pad(new Uint8Array(MOST + 1))).toThrow(RangeError);
});

test.each(vectors.frames)("a frame of type $kind is encoded and read", ({ kind, stream, body, bytes }) => {
  const one = frame(KIND[kind as keyof typeof KIND], stream, hex(body));
  expect(toHex(encode(one))).toBe(bytes);
  const limits: Limits = FROM_PHONE;
  expect(new FrameDecoder(limits).feed(hex(bytes))).toEqual([one]);
  const cut = new FrameDecoder(limits);
  expect([...hex(bytes)].flatMap((byte) => cut.feed(new Uint8Array([byte])))).toEqual([one]);
});

test("words are those of the specification's list", async () => {
  const listed = /## Six words[^]*?```text\n([^]*?)```/.exec(ours("docs/protocols/remote.md"))?.[1] ?? "";
  expect(WORDS).toEqual(listed.trim().split(/\s+/));
  expect(await sixWords(new Uint8Array(32))).toEqual(vectors.derived.words_of_zeros);
  expect(toHex(await hkdf(new Uint8Array(32), EMPTY, utf8("words"), 6))).toBe(vectors.derived.hkdf_words);
});
