// The few packets of MQTT 5 that a relay is spoken with: QoS 0, both directions. Pure. A relay is not trusted: what it
// sends is bounded, and a packet that has no place here ends the connection. The hub's twin is hub/remote/mqtt.py.
// Source: OASIS MQTT Version 5.0, sections 2 and 3; docs/protocols/remote.md, "Relay".

import { type Bytes, concat, utf8 } from "../gate/bytes";
import { u16, u32 } from "./frames";

const MOST_PACKET = 65_543 + 1024; // a message, its topic, and properties that we do not ask for
const KEEP_ALIVE_S = 60;
const [CONNACK, PUBLISH, SUBACK, PINGRESP] = [2, 3, 9, 13];
const REFUSED_FROM = 0x80; // of reason codes
const CLEAN_START_WITH_USER_AND_PASSWORD = 0xc2;
const LARGEST_PACKET = 0x27; // a property

const text = (value: string): Bytes => concat(u16(utf8(value).length), utf8(value));

function packet(head: number, ...parts: Uint8Array[]): Bytes {
  const body = concat(...parts);
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return concat(new Uint8Array([head, ...length]), body);
}

export const connectPacket = (clientId: string, user: string, password: string): Bytes =>
  packet(
    0x10,
    text("MQTT"),
    new Uint8Array([5, CLEAN_START_WITH_USER_AND_PASSWORD]),
    u16(KEEP_ALIVE_S),
    new Uint8Array([5, LARGEST_PACKET]),
    u32(MOST_PACKET),
    text(clientId),
    text(user),
    text(password),
  );

export const subscribePacket = (...topics: string[]): Bytes =>
  packet(0x82, u16(1), new Uint8Array(1), ...topics.map((topic) => concat(text(topic), new Uint8Array(1))));

export const publishPacket = (topic: string, payload: Uint8Array): Bytes =>
  packet(0x30, text(topic), new Uint8Array(1), payload);

export const PING: Bytes = new Uint8Array([0xc0, 0]);
export const DISCONNECT: Bytes = new Uint8Array([0xe0, 0]);

export type Heard =
  | { kind: "accepted" }
  | { kind: "subscribed" }
  | { kind: "message"; topic: string; payload: Bytes }
  /** The relay refused, or said what has no place here: nothing after it is read. */
  | { kind: "fault" };

/** Cuts what a relay sends into packets; frames of the WebSocket need not be theirs. */
export class MqttDecoder {
  private rest: Bytes = new Uint8Array(0);
  private isOver = false;

  /** Never throws; after a fault nothing comes. */
  feed(data: Bytes): Heard[] {
    const heard: Heard[] = [];
    this.rest = concat(this.rest, data);
    while (!this.isOver) {
      const length = variable(this.rest, 1);
      if (length === "more") break;
      if (length === null || length.value > MOST_PACKET) return this.fault(heard);
      const end = length.end + length.value;
      if (this.rest.length < end) break;
      const told = understood(this.rest[0] ?? 0, this.rest.slice(length.end, end));
      if (told === null) return this.fault(heard);
      if (told !== "settled") heard.push(told);
      this.rest = this.rest.slice(end);
    }
    return heard;
  }

  private fault(heard: Heard[]): Heard[] {
    this.isOver = true;
    this.rest = new Uint8Array(0);
    return [...heard, { kind: "fault" }];
  }
}

/** null: what has no place here. */
function understood(head: number, body: Bytes): Heard | "settled" | null {
  switch (head >> 4) {
    case CONNACK:
      return body[1] === 0 ? { kind: "accepted" } : null;
    case SUBACK: {
      const properties = variable(body, 2);
      if (properties === "more" || properties === null) return null;
      const reasons = body.slice(properties.end + properties.value);
      return reasons.length > 0 && reasons.every((reason) => reason < REFUSED_FROM) ? { kind: "subscribed" } : null;
    }
    case PUBLISH:
      return message(head, body);
    case PINGRESP:
      return "settled";
    default:
      return null;
  }
}

function message(head: number, body: Bytes): Heard | null {
  if ((head & 0x06) !== 0 || body.length < 2) return null; // QoS 0 has no packet number
  const end = 2 + (body[0] ?? 0) * 256 + (body[1] ?? 0);
  const properties = variable(body, end);
  if (properties === "more" || properties === null) return null;
  const from = properties.end + properties.value;
  if (from > body.length) return null;
  return { kind: "message", topic: new TextDecoder().decode(body.slice(2, end)), payload: body.slice(from) };
}

/** A variable byte integer at `from`; null: longer than four bytes. */
function variable(bytes: Bytes, from: number): { value: number; end: number } | "more" | null {
  let value = 0;
  for (let at = 0; at < 4; at += 1) {
    const byte = bytes[from + at];
    if (byte === undefined) return "more";
    value += (byte % 128) * 128 ** at;
    if (byte < 128) return { value, end: from + at + 1 };
  }
  return null;
}
