// MQTT's few packets, and what a relay that is not trusted may send.

import { expect, test } from "vitest";
import { concat, toHex, utf8 } from "../../src/gate/bytes";
import { connectPacket, MqttDecoder, publishPacket, subscribePacket } from "../../src/remote/mqtt";
import { hex } from "./fixed";

test("packets are spelled as the standard says", () => {
  expect(toHex(connectPacket("c", "u", "p"))).toBe("101900044d51545405c2003c052700010407000163000175000170");
  expect(toHex(subscribePacket("a/d", "b"))).toBe("820d0001000003612f640000016200");
  expect(toHex(publishPacket("a", hex("ff")))).toBe("300500016100ff");
  expect(toHex(publishPacket("a", new Uint8Array(200)).slice(0, 3))).toBe("30cc01");
});

const ACCEPTED = "2003000000";
const SUBSCRIBED = "900400010000";
const PUBLISHED = toHex(publishPacket("t", utf8("hello")));

test("what comes is read, however it was cut", () => {
  const whole = hex(ACCEPTED + SUBSCRIBED + "d000" + PUBLISHED);
  const told = [
    { kind: "accepted" },
    { kind: "subscribed" },
    { kind: "message", topic: "t", payload: utf8("hello") },
  ];
  expect(new MqttDecoder().feed(whole)).toEqual(told);
  const cut = new MqttDecoder();
  expect([...whole].flatMap((byte) => cut.feed(new Uint8Array([byte])))).toEqual(told);
});

test.each([
  ["a refusal", "2003008700"],
  ["a refused subscription", "900400010087"],
  ["a goodbye", "e0028e00"],
  ["too long a packet", "30ffff7f"],
  ["a length without end", "30ffffffff"],
  ["a message of another quality", "3206000174000100"],
  ["properties beyond its end", "300400017409"],
  ["what only a client says", "c000"],
])("%s ends it", (_, bytes) => {
  const decoder = new MqttDecoder();
  expect(decoder.feed(hex(bytes))).toEqual([{ kind: "fault" }]);
  expect(decoder.feed(concat(hex(PUBLISHED)))).toEqual([]);
});
