// A paired phone's way before a hub that ends its sessions: what is told, and how soon it comes again.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Bytes } from "../../src/gate/bytes";
import { Channel } from "../../src/remote/channel";
import { newPair } from "../../src/remote/crypto";
import { CODE, type Code, frame, FROM_PHONE, KIND, u16 } from "../../src/remote/frames";
import type { HubKept } from "../../src/remote/kept";
import { AT_HOME, MODE, prologue } from "../../src/remote/keys";
import type { Line } from "../../src/remote/line";
import { Handshake } from "../../src/remote/noise";
import { SECOND_PAYLOAD } from "../../src/remote/opening";
import { IKPSK1 } from "../../src/remote/pattern";
import { FIRST_CREDIT, Streams } from "../../src/remote/streams";
import { Opener, Sealer } from "../../src/remote/transport";
import { type Lacking, SessionWay } from "../../src/remote/way";
import { body, chance, PSK } from "./ends";

const hub = await newPair();
const WELCOME = { home: "h", version: "1", boot: "b", phone: { name: "p", role: "carer", rooms: null, expires: null } };
/** What the hub says when somebody greets it: its welcome, where there is one, and its goodbye. */
let says: { welcome: boolean; goodbye: Code };
let dials = 0;

vi.mock("../../src/remote/places", async (original) => ({ ...(await original<object>()), openLine: () => playHub() }));

/** A line with a hub at its other end. */
function playHub(): Promise<Line> {
  dials += 1;
  const channel = new Channel(FROM_PHONE, new Streams({ sending: FIRST_CREDIT, receiving: 0 }), 0);
  let crypto: { sealer: Sealer; opener: Opener } | null = null;
  const opened = async (opening: Bytes): Promise<void> => {
    const connection = opening.slice(1, 17);
    const handshake = await Handshake.begin({
      pattern: IKPSK1,
      initiator: false,
      prologue: prologue(MODE.SESSION, AT_HOME, connection, hub.publicKey),
      own: hub,
      psk: () => PSK,
      newPair,
    });
    await handshake.read(opening.slice(25));
    const answer = await handshake.write(SECOND_PAYLOAD);
    const split = await handshake.split();
    crypto = { sealer: new Sealer(split.sending), opener: new Opener(split.receiving) };
    line.hear(answer);
  };
  const greeted = async (wire: Bytes, { sealer, opener }: { sealer: Sealer; opener: Opener }): Promise<void> => {
    channel.receive(await opener.open(wire), 0);
    if (says.welcome) channel.send(frame(KIND.WELCOME, 0, body(WELCOME)));
    channel.send(frame(KIND.CLOSE, 0, u16(says.goodbye)));
    for (const content of channel.take()) line.hear(await sealer.seal(content));
  };
  let greeting = false; // its first message is the greeting, what follows is its goodbye
  const line: Line = {
    send: (wire) => {
      if (crypto === null) void opened(wire);
      else if (!greeting) void greeted(wire, crypto);
      greeting = crypto !== null;
    },
    close: () => undefined,
    hear: () => undefined,
    gone: () => undefined,
  };
  return Promise.resolve(line);
}

const sleep = globalThis.setTimeout;

async function until(reached: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !reached(); tries += 1) await new Promise((resolve) => sleep(resolve, 5));
  expect(reached()).toBe(true);
}

function begin() {
  const told: (Lacking | "live" | null)[] = [];
  let over: Code | null = null;
  const kept = { hubKey: hub.publicKey, psk: PSK, places: [] };
  const all = newPair().then((own) => {
    const way = new SessionWay({ ...kept, own } as unknown as HubKept, { chance, page: "http://home.test", language: () => "en" }, {
      connected: (by, lacking) => told.push(by === null ? lacking : "live"),
      may: () => undefined,
      over: (code) => {
        over = code;
      },
    });
    void way.run();
    return way;
  });
  return { all, told, over: () => over };
}

beforeEach(() => {
  dials = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

test("outside its hours a phone says so, keeps its keys, and comes again after minutes or when somebody looks", async () => {
  says = { welcome: false, goodbye: CODE.NOT_NOW };
  const { all, told, over } = begin();
  const way = await all;
  await until(() => told.includes("rests"));
  expect([told, over(), dials]).toEqual([["rests"], null, 1]);
  await vi.advanceTimersByTimeAsync(149_000);
  expect(dials).toBe(1);
  await vi.advanceTimersByTimeAsync(151_000);
  await until(() => told.length === 2);
  expect(dials).toBe(2);
  way.wake();
  await until(() => dials === 3);
  way.stop();
});

test("a session that ends at its hours' end rests as well", async () => {
  says = { welcome: true, goodbye: CODE.NOT_NOW };
  const { all, told, over } = begin();
  const way = await all;
  await until(() => told.includes("rests"));
  await vi.advanceTimersByTimeAsync(149_000);
  expect([told, over(), dials]).toEqual([["live", "rests"], null, 1]);
  way.stop();
});

test("what another tab took is left there until somebody looks", async () => {
  says = { welcome: true, goodbye: CODE.REPLACED };
  const { all, told } = begin();
  const way = await all;
  await until(() => told.includes("elsewhere"));
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(dials).toBe(1);
  way.wake();
  await until(() => dials === 2);
  way.stop();
});

test("a hub that ends each session at once is asked ever more seldom", async () => {
  says = { welcome: true, goodbye: CODE.PROTOCOL };
  const most = vi.spyOn(Math, "random").mockReturnValue(1);
  const { all, told } = begin();
  const way = await all;
  for (const [turn, pauseMs] of [1000, 2000, 4000, 8000].entries()) {
    await until(() => told.length === 2 * (turn + 1));
    expect(told.at(-1)).toBe(null);
    await vi.advanceTimersByTimeAsync(pauseMs - 1);
    expect(dials).toBe(turn + 1);
    await vi.advanceTimersByTimeAsync(1);
    await until(() => dials === turn + 2);
  }
  most.mockRestore();
  way.stop();
});

test.each([CODE.REVOKED, CODE.NOT_CONFIRMED, CODE.PAIRING_ENDED])("code %i is the end", async (goodbye) => {
  says = { welcome: true, goodbye };
  const { all, told, over } = begin();
  await all;
  await until(() => over() === goodbye);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect([dials, told]).toEqual([1, ["live"]]);
});
