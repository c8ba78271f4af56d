// A paired phone's way before a hub that ends its sessions: what is told, and how soon it comes again.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Bytes } from "../../src/gate/bytes";
import { Channel } from "../../src/remote/channel";
import { newPair } from "../../src/remote/crypto";
import type { Place } from "../../src/remote/code";
import { CODE, type Code, frame, FROM_PHONE, KIND, u16 } from "../../src/remote/frames";
import type { HubKept } from "../../src/remote/kept";
import { AT_HOME, MODE, prologue } from "../../src/remote/keys";
import type { Line } from "../../src/remote/line";
import { Handshake } from "../../src/remote/noise";
import { SECOND_PAYLOAD } from "../../src/remote/opening";
import { IKPSK1 } from "../../src/remote/pattern";
import type { Hello } from "../../src/remote/session";
import { FIRST_CREDIT, Streams } from "../../src/remote/streams";
import { Opener, Sealer } from "../../src/remote/transport";
import { type Lacking, SessionWay } from "../../src/remote/way";
import { body, chance, PSK } from "./ends";

const hub = await newPair();
const WELCOME = { home: "h", version: "1", boot: "b", phone: { name: "p", role: "carer", rooms: null, expires: null } };
/** What the hub says when somebody greets it: its welcome, where there is one, with a mark, and its goodbye. */
let says: { welcome: boolean; goodbye: Code | null; account?: string };
/** How it was greeted, and where. */
let greetings: [Place["kind"], string | undefined][] = [];
/** Whether somebody is at home. */
let atHome = true;
const RELAY = { kind: "relay", host: "r", tls: 1, wss: 1, route: AT_HOME, slot: 0, password: "" } as unknown as Place;
const [OLD, NEW] = ["A".repeat(43), "E".repeat(43)];
let dials = 0;
/** Lines that were given up here. */
let closed = new Set<Line>();
/** The line that was opened last. */
let last: Line;

vi.mock("../../src/remote/places", async (original) => ({ ...(await original<object>()), openLine: (place: Place) => (place.kind === "relay" || atHome ? playHub(place) : Promise.reject(new Error("away"))) }));

/** A line with a hub at its other end. */
function playHub(place: Place): Promise<Line> {
  dials += 1;
  const heard = greetings; // of this test: a line may outlive it
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
    const [hello] = channel.receive(await opener.open(wire), 0);
    const { account } = JSON.parse(new TextDecoder().decode(hello?.body)) as Hello;
    heard.push([place.kind, account]);
    const phone = { ...WELCOME.phone, account: says.account };
    if (says.welcome) channel.send(frame(KIND.WELCOME, 0, body({ ...WELCOME, phone })));
    if (says.goodbye !== null) channel.send(frame(KIND.CLOSE, 0, u16(says.goodbye)));
    for (const content of channel.take()) line.hear(await sealer.seal(content));
  };
  let greeting = false; // its first message is the greeting, what follows is its goodbye
  const line: Line = {
    send: (wire) => {
      if (crypto === null) void opened(wire);
      else if (!greeting) void greeted(wire, crypto);
      greeting = crypto !== null;
    },
    close: () => {
      closed.add(line);
    },
    hear: () => undefined,
    gone: () => undefined,
  };
  last = line;
  return Promise.resolve(line);
}

const sleep = globalThis.setTimeout;

async function until(reached: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2000 && !reached(); tries += 1) await new Promise((resolve) => sleep(resolve, 5));
  expect(reached()).toBe(true);
}

/** The same, after its pause. No time goes by during a handshake, which would be late then. */
async function afterPause(reached: () => boolean): Promise<void> {
  const before = dials;
  for (let tries = 0; tries < 2000 && dials === before; tries += 1) {
    await vi.advanceTimersByTimeAsync(1000);
    await new Promise((resolve) => sleep(resolve, 5));
  }
  await until(reached);
}

function begin(more: Partial<HubKept> = {}) {
  const marks: (string | null)[] = [];
  const told: (Lacking | "live" | null)[] = [];
  const states: string[] = [];
  let over: Code | null = null;
  const kept = { hubKey: hub.publicKey, psk: PSK, places: [] };
  const all = newPair().then((own) => {
    const way = new SessionWay({ ...kept, own, ...more } as unknown as HubKept, { chance, page: "http://home.test", language: () => "en" }, {
      connected: (by, lacking) => told.push(by === null ? lacking : "live"),
      may: (_, account) => marks.push(account),
      over: (code) => {
        over = code;
      },
    });
    way.follow({ message: () => undefined, state: (now) => states.push(now), refused: () => undefined, answers: () => Promise.resolve(true) });
    void way.run();
    return way;
  });
  return { all, told, states, marks, over: () => over };
}

beforeEach(() => {
  dials = 0;
  closed = new Set();
  greetings = [];
  atHome = true;
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

test("a stay that ends leaves the keys: the silence after it is explained, and another end lets it in", async () => {
  says = { welcome: true, goodbye: CODE.OVER };
  const { all, told, over } = begin({ places: [RELAY] });
  const way = await all;
  await until(() => told.includes("over"));
  expect([told, over()]).toEqual([["live", "over"], null]); // to be told that it was removed would be final
  atHome = false;
  says = { welcome: true, goodbye: null };
  way.wake();
  await until(() => told.at(-1) === "live");
  expect([told, over()]).toEqual([["live", "over", "live"], null]);
  way.stop();
});

const ending = (expires: string | null) => ({ facts: { name: "p", role: "guest", rooms: null, expires } });

test("a phone that is opened after its end knows so at once, though nobody answers it, and another end lets it in", async () => {
  atHome = false;
  const { all, told, states, over } = begin(ending("2026-01-01T00:00:00Z"));
  const way = await all;
  await until(() => told.length === 1);
  expect([told, over()]).toEqual([["over"], null]);
  await vi.advanceTimersByTimeAsync(149_000); // it asks seldom, as it would after a goodbye
  expect([told, states, dials]).toEqual([["over"], ["connecting", "lost"], 0]);
  atHome = true;
  says = { welcome: true, goodbye: null };
  way.wake();
  await until(() => told.at(-1) === "live");
  way.stop();
});

test.each([
  ["a later end", "2999-01-01T00:00:00Z"],
  ["no end", null],
])("control: where nobody answers a phone with %s, it is away and says so", async (_, expires) => {
  atHome = false;
  const { all, told, states } = begin(ending(expires));
  const way = await all;
  await until(() => told.length === 1);
  expect([told, states]).toEqual([["away"], ["connecting", "lost"]]);
  way.stop();
});

test("a phone that was removed is told for good", async () => {
  says = { welcome: true, goodbye: CODE.REVOKED };
  const { all, over } = begin();
  await all;
  await until(() => over() !== null);
  expect(over()).toBe(CODE.REVOKED);
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

test.each([
  ["lasted ten seconds: within a second", 10_000, 800],
  ["was soon over, the second time: within two", 9000, 1600],
] as const)("a home that is there again is not opened by all phones at once, where the session %s", async (_, lastedMs, pauseMs) => {
  atHome = false;
  says = { welcome: true, goodbye: null, account: NEW };
  const chance = vi.spyOn(Math, "random").mockReturnValue(0.8);
  const { all, told } = begin({ places: [RELAY] });
  const way = await all;
  let nowMs = performance.now();
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  for (const [turn, waitedMs] of [800, pauseMs].entries()) {
    await until(() => told.length === 2 * turn + 1);
    nowMs += lastedMs;
    last.gone();
    await until(() => told.length === 2 * turn + 2);
    await vi.advanceTimersByTimeAsync(waitedMs - 1);
    expect(dials).toBe(turn + 1);
    await vi.advanceTimersByTimeAsync(1);
    await until(() => dials === turn + 2);
  }
  clock.mockRestore();
  chance.mockRestore();
  way.stop();
});

test("a home that answers the handshake and never greets back is given up after ten seconds", async () => {
  says = { welcome: false, goodbye: null };
  const { all, told } = begin();
  const way = await all;
  await until(() => greetings.length === 1);
  await vi.advanceTimersByTimeAsync(9_990);
  expect([told, closed.has(last)]).toEqual([[], false]);
  await vi.advanceTimersByTimeAsync(10);
  const given = last;
  await until(() => told.length === 1);
  expect([told, closed.has(given)]).toEqual([["away"], true]);
  way.stop();
});

test.each([
  ["so it asks once more without a pause", true, 2],
  ["control: where nobody looked it pauses", false, 1],
] as const)("somebody looks while it asks: %s", async (_, looks, want) => {
  says = { welcome: false, goodbye: null };
  const chance = vi.spyOn(Math, "random").mockReturnValue(1);
  const { all, told } = begin();
  const way = await all;
  await until(() => greetings.length === 1);
  if (looks) way.wake();
  await vi.advanceTimersByTimeAsync(10_000);
  await until(() => told.length === 1);
  await new Promise((resolve) => sleep(resolve, 20));
  expect(dials).toBe(want);
  chance.mockRestore();
  way.stop();
});

test("control: one that greets is kept", async () => {
  says = { welcome: true, goodbye: null };
  const { all, told } = begin();
  const way = await all;
  await until(() => told.length === 1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([told, closed.has(last)]).toEqual([["live"], false]);
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

test("by a relay the account is identified, at home it is not, and what is told there is kept", async () => {
  says = { welcome: true, goodbye: CODE.DONE, account: NEW };
  const { all, marks } = begin({ account: OLD, places: [RELAY] });
  const way = await all;
  await until(() => marks.length === 1);
  atHome = false; // from here on it is by the relay, where nothing is told
  says = { welcome: true, goodbye: null };
  await afterPause(() => marks.length === 2);
  expect(greetings).toEqual([
    ["home", undefined],
    ["relay", NEW],
  ]);
  expect(marks).toEqual([NEW, NEW]);
  way.stop();
});

test("a mark that a home does not know any more is forgotten there, so that an older hub is spoken with by relays too", async () => {
  says = { welcome: true, goodbye: CODE.DONE };
  const { all, marks } = begin({ account: OLD, places: [RELAY] });
  const way = await all;
  await until(() => marks.length === 1);
  atHome = false;
  await afterPause(() => greetings.length > 1);
  expect([greetings.at(-1), marks[0]]).toEqual([["relay", undefined], null]);
  way.stop();
});

test("a phone that was let in while it was away is told by the relay, and comes again with its mark", async () => {
  atHome = false;
  says = { welcome: true, goodbye: CODE.DONE, account: NEW };
  const { all } = begin({ places: [RELAY] });
  const way = await all;
  await until(() => greetings.length === 1);
  await afterPause(() => greetings.length > 1);
  expect(greetings.slice(0, 2)).toEqual([
    ["relay", undefined],
    ["relay", NEW],
  ]);
  way.stop();
});

test("by a relay that does not know the account a phone says so, keeps its keys, and comes again when somebody looks", async () => {
  atHome = false;
  says = { welcome: false, goodbye: CODE.ACCOUNT };
  const { all, told, over } = begin({ account: OLD, places: [RELAY] });
  const way = await all;
  await until(() => told.includes("account"));
  await vi.advanceTimersByTimeAsync(149_000);
  expect([told, over(), greetings]).toEqual([["account"], null, [["relay", OLD]]]);
  atHome = true;
  says = { welcome: true, goodbye: null, account: NEW };
  way.wake();
  await until(() => told.includes("live"));
  expect(greetings.at(-1)).toEqual(["home", undefined]);
  way.stop();
});
