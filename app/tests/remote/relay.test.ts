// A line by a relay before a socket that plays the broker: what the hub's presence does to it.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Bytes, toBase64url } from "../../src/gate/bytes";
import type { Place } from "../../src/remote/code";
import { publishPacket } from "../../src/remote/mqtt";
import { openByRelay } from "../../src/remote/relay";
import { hex } from "./fixed";

const [ACCEPTED, SUBSCRIBED] = [hex("2003000000"), hex("900400010000")];
const [AWAY, HERE] = [0, 1];
const [ROUTE, CONNECTION] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
const HOME = `hb1/${toBase64url(ROUTE)}`;
const MINE = `${HOME}/3/${toBase64url(CONNECTION)}`;
const PLACE: Extract<Place, { kind: "relay" }> = { kind: "relay", host: "r", tlsPort: 0, wssPort: 443, route: ROUTE, slot: 3, password: "p" };
const OPENING = new Uint8Array(280).fill(7);

class Broker {
  static readonly OPEN = 1;
  readonly readyState = 1;
  readonly heard: Bytes[] = [];
  onopen = () => undefined;
  onclose = () => undefined;
  onmessage: (event: { data: ArrayBuffer }) => void = () => undefined;
  send(packet: Bytes): void {
    this.heard.push(packet);
  }
  close(): void {
    this.onclose();
  }
  say(packet: Bytes): void {
    this.onmessage({ data: packet.slice().buffer });
  }
  presence(state: number): void {
    this.say(publishPacket(`${HOME}/presence`, new Uint8Array([state])));
  }
}

let broker = new Broker();

/** A line that sent its opening, how often the broker heard that, and how it ended. */
async function opened() {
  const opening = openByRelay(PLACE, CONNECTION);
  broker.onopen();
  broker.say(ACCEPTED);
  broker.say(SUBSCRIBED);
  const line = await opening;
  let ends = 0;
  line.gone = () => {
    ends += 1;
  };
  line.send(OPENING);
  const wanted = toBase64url(publishPacket(`${MINE}/u`, OPENING));
  return { ends: () => ends, openings: () => broker.heard.filter((packet) => toBase64url(packet) === wanted).length };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  broker = new Broker();
  vi.stubGlobal("WebSocket", Object.assign(function () { return broker; }, { OPEN: Broker.OPEN }));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a hub that comes before it answered gets the opening once more, within a second that chance parts among phones, and the line stays", async () => {
  const { ends, openings } = await opened();
  const chance = vi.spyOn(Math, "random").mockReturnValue(0.75);
  broker.presence(HERE);
  await vi.advanceTimersByTimeAsync(749);
  expect(openings()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect([openings(), ends()]).toEqual([2, 0]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(openings()).toBe(2);
  chance.mockRestore();
});

test("a hub that answers meanwhile gets the opening no more, nor does one whose line ended", async () => {
  const { openings } = await opened();
  broker.presence(HERE);
  broker.say(publishPacket(`${MINE}/d`, OPENING));
  await vi.advanceTimersByTimeAsync(1000);
  expect(openings()).toBe(1);
  broker = new Broker();
  const other = await opened();
  broker.presence(HERE);
  broker.presence(AWAY);
  await vi.advanceTimersByTimeAsync(1000);
  expect([other.openings(), other.ends()]).toEqual([1, 1]);
});

test("a hub that answered and comes anew has lost the session: the line ends", async () => {
  const { ends, openings } = await opened();
  broker.say(publishPacket(`${MINE}/d`, OPENING));
  broker.presence(HERE);
  expect([openings(), ends()]).toEqual([1, 1]);
});

test("a hub that goes ends the line", async () => {
  const { ends } = await opened();
  broker.say(publishPacket(`${MINE}/d`, OPENING));
  broker.presence(AWAY);
  expect(ends()).toBe(1);
});

test("what the hub says of itself under another route is not heard", async () => {
  const { ends, openings } = await opened();
  broker.say(publishPacket("hb1/AAAAAAAAAAAAAAAAAAAAAA/presence", new Uint8Array([HERE])));
  broker.say(publishPacket("hb1/AAAAAAAAAAAAAAAAAAAAAA/presence", new Uint8Array([AWAY])));
  await vi.advanceTimersByTimeAsync(1000);
  expect([openings(), ends()]).toEqual([1, 0]);
});
