// A session's rules on the phone's side: what is dropped, what ends it, how much may come.

import { expect, test } from "vitest";
import { toHex } from "../../src/gate/bytes";
import { LONGEST_MS, SILENCE_MS } from "../../src/remote/channel";
import { CODE, frame, FrameDecoder, FROM_HUB, KIND, u16, u32 } from "../../src/remote/frames";
import { FIRST_CREDIT } from "../../src/remote/streams";
import { body, ends, said } from "./ends";

const WELCOME = { home: "h", version: "1", boot: "b", phone: { name: "p", role: "owner", rooms: null, expires: null } };

test("a request is answered on its stream, and the stream is over", async () => {
  const { phone, hub, up, down } = await ends();
  phone.session.hello({ client: "test" });
  expect((await up()).map((one) => one.kind)).toEqual([KIND.HELLO]);
  hub.channel.send(frame(KIND.WELCOME, 0, body(WELCOME)));
  expect(await down()).toEqual([{ kind: "welcomed", welcome: { ...WELCOME, account: null } }]);
  const stream = phone.session.request("id", "devices.list", {}) ?? 0;
  expect((await up()).map((one) => [one.kind, one.stream])).toEqual([[KIND.REQUEST, stream]]);
  hub.channel.streams.begin(stream);
  hub.channel.send(frame(KIND.ANSWER, stream, body({ ok: true, body: { devices: [] } })));
  expect(await down()).toEqual([{ kind: "answered", stream, answer: { ok: true, body: { devices: [] } } }]);
  expect(phone.channel.streams.count).toBe(0);
});

const MARK = "A".repeat(43);

test.each([
  [MARK, MARK],
  [undefined, null],
  [7, null],
  ["", null],
  [`${MARK}A`, null],
  [`${"A".repeat(42)}B`, null], // stray bits at its end
])("a mark of the account that is %s is kept as %s", async (account, kept) => {
  const { hub, down } = await ends();
  const facts = { ...WELCOME.phone, account };
  hub.channel.send(frame(KIND.WELCOME, 0, body({ ...WELCOME, phone: facts })));
  hub.channel.send(frame(KIND.PAIRED, 0, body(facts)));
  expect(await down()).toEqual([
    { kind: "welcomed", welcome: { ...WELCOME, account: kept } },
    { kind: "paired", facts: WELCOME.phone, account: kept },
  ]);
});

test("an answer of a megabyte comes whole, however it was cut", async () => {
  const { phone, hub, down } = await ends();
  const stream = phone.session.request("id", "history.read", {}) ?? 0;
  const text = "x".repeat(1_000_000);
  hub.channel.streams.begin(stream);
  hub.channel.send(frame(KIND.ANSWER, stream, body({ ok: true, body: text })));
  expect(await down()).toEqual([{ kind: "answered", stream, answer: { ok: true, body: text } }]);
});

test("a message that is repeated, altered or cut is dropped and changes nothing", async () => {
  const { phone, hub, down } = await ends();
  hub.channel.send(frame(KIND.WELCOME, 0, body(WELCOME)));
  const [wire] = await said(hub);
  if (wire === undefined) throw new Error("nothing was said");
  const altered = wire.map((byte, at) => (at === 30 ? byte ^ 1 : byte));
  for (const wrong of [altered, wire.slice(1), new Uint8Array(0)])
    expect(phone.session.receive(await phone.opener.open(wrong), 0)).toEqual([]);
  expect(phone.session.receive(await phone.opener.open(wire), 0)).toHaveLength(1);
  expect(phone.session.receive(await phone.opener.open(wire), 0)).toEqual([]);
  expect(phone.channel.dropped).toBe(4);
  hub.channel.send(frame(KIND.PAIRED, 0, body(WELCOME.phone)));
  expect(await down()).toHaveLength(1);
});

test("a message that is missing ends the session, and the hub is told", async () => {
  const { phone, hub, up } = await ends();
  hub.channel.send(frame(KIND.WELCOME, 0, body(WELCOME)));
  hub.channel.send(frame(KIND.PAIRED, 0, body(WELCOME.phone)));
  const [, second] = await said(hub);
  if (second === undefined) throw new Error("nothing was said");
  expect(phone.session.receive(await phone.opener.open(second), 0)).toEqual([]);
  expect(phone.session.ended).toEqual({ code: CODE.GAP, byPeer: false });
  await up();
  expect(hub.channel.ended).toEqual({ code: CODE.GAP, byPeer: true });
});

test.each([
  ["a type of the other side", frame(KIND.REQUEST, 1, body({}))],
  ["a stream where there is none", frame(KIND.WELCOME, 1, body(WELCOME))],
  ["no stream where there is one", frame(KIND.ANSWER, 0, body({}))],
  ["a body too short", frame(KIND.SECRET, 0, u32(1))],
])("%s breaks a rule", (_, one) => {
  const decoder = new FrameDecoder(FROM_HUB);
  const bytes = new Uint8Array([one.kind, ...u32(one.stream), ...u32(one.body.length), ...one.body]);
  expect(decoder.feed(bytes)).toEqual([{ fault: CODE.PROTOCOL }]);
  expect(decoder.feed(bytes)).toEqual([]);
});

test("too long a body is refused by its header alone", () => {
  const decoder = new FrameDecoder(FROM_HUB);
  expect(decoder.feed(new Uint8Array([KIND.WELCOME, ...u32(0), ...u32(4097)]))).toEqual([{ fault: CODE.TOO_LARGE }]);
});

test.each([
  ["is not JSON", new Uint8Array([0xff, 0xfe])],
  ["is of another form", body({ home: 1 })],
])("a welcome that %s ends the session", async (_, said) => {
  const { phone, hub, down } = await ends();
  hub.channel.send(frame(KIND.WELCOME, 0, said));
  expect(await down()).toEqual([]);
  expect(phone.session.ended).toEqual({ code: CODE.PROTOCOL, byPeer: false });
});

test("events are credited anew, and one beyond the credit ends the session", async () => {
  const { phone, hub, up, down } = await ends();
  const stream = phone.session.request("id", "events.follow", {}) ?? 0;
  await up();
  hub.channel.streams.begin(stream);
  const large = frame(KIND.EVENT, stream, body("x".repeat(200_000)));
  for (let count = 0; count < 5; count += 1) {
    hub.channel.send(large);
    expect(await down()).toHaveLength(1);
    const [credit] = await up();
    expect(toHex(credit?.body ?? new Uint8Array(0))).toBe(toHex(u32(large.body.length)));
  }
  // a hub that does not wait for credit: one frame may go below zero, the next one ends it
  hub.channel.streams.begin(stream + 1);
  phone.channel.streams.begin(stream + 1);
  const other = frame(KIND.EVENT, stream + 1, body("x".repeat(FIRST_CREDIT)));
  hub.channel.send(other, other);
  for (const wire of await said(hub)) phone.channel.receive(await phone.opener.open(wire), 0);
  expect(phone.session.ended).toEqual({ code: CODE.FLOW, byPeer: false });
});

test("a ping is answered once per message, by the last", async () => {
  const { phone, hub, down } = await ends();
  hub.channel.send(frame(KIND.PING, 0, new Uint8Array(8)), frame(KIND.PING, 0, new Uint8Array(8).fill(2)));
  await down();
  expect(phone.channel.take().map(toHex)).toEqual([`050000000000000008${"02".repeat(8)}`]);
});

test("the hub's goodbye ends it with its code, an unknown code as a broken rule", async () => {
  for (const [said, code] of [
    [CODE.REVOKED, CODE.REVOKED],
    [999, CODE.PROTOCOL],
  ] as const) {
    const { phone, hub, down } = await ends();
    hub.channel.send(frame(KIND.CLOSE, 0, u16(said)));
    await down();
    expect(phone.session.ended).toEqual({ code, byPeer: true });
    expect(phone.session.request("id", "devices.list", {})).toBeNull();
  }
});

test("silence of ninety seconds ends it, and so does a day", async () => {
  const silent = await ends();
  silent.phone.channel.wake(SILENCE_MS - 1);
  expect(silent.phone.session.ended).toBeNull();
  silent.phone.channel.wake(SILENCE_MS);
  expect(silent.phone.session.ended).toEqual({ code: CODE.SILENT, byPeer: false });
  const old = await ends();
  old.phone.channel.wake(LONGEST_MS);
  expect(old.phone.session.ended).toEqual({ code: CODE.TOO_OLD, byPeer: false });
});

test("33 questions at once are one too many", async () => {
  const { phone } = await ends();
  const streams = Array.from({ length: 33 }, (_, at) => phone.session.request(String(at), "health", {}));
  expect(streams.slice(0, 32)).toEqual(Array.from({ length: 32 }, (_, at) => at + 1));
  expect(streams[32]).toBeNull();
});
