// Pairing this phone by a code: once, under a minute. What has to be kept is on the disk before the hub is told so.
// Source: docs/protocols/remote.md, "Pairing".

import type { Ended } from "./channel";
import type { PairingCode, Place } from "./code";
import { connect, type Connection } from "./connection";
import { newPair, type Pair } from "./crypto";
import { type Code, CODE } from "./frames";
import type { HubKept } from "./kept";
import { CONNECTION_SIZE, MODE, pairingPsk } from "./keys";
import type { Chance, Dial } from "./opening";
import { openLine, placesOf, routeOf } from "./places";
import type { Hello, PhoneFacts, SessionEvent } from "./session";
import { sixWords } from "./words";

/** Why nobody was paired: `away`: no place answered; `no_relay`: an exported app finds none in the code; `silent`: the
 * code is used or over; `unkept`: nothing stays here. */
export type Failure = "away" | "no_relay" | "silent" | "not_confirmed" | "seen" | "ended" | "unkept";

export interface Steps {
  /** Write what is kept, so that it survives; resolves when it is on the disk. */
  keep: (kept: HubKept) => Promise<void>;
  /** The words to be compared; the hub has them as well. */
  words: (kept: HubKept) => void;
  /** Confirmed at home. */
  paired: (kept: HubKept, facts: PhoneFacts) => void;
  failed: (why: Failure) => void;
  /** The connection ended after the words were shown: a session waits on. */
  broke: (kept: HubKept) => void;
}

/** Goodbyes after which this phone is nobody's. */
const WHY: Partial<Record<Code, Failure>> = {
  [CODE.NOT_CONFIRMED]: "not_confirmed",
  [CODE.REVOKED]: "not_confirmed",
  [CODE.PAIRING_ENDED]: "seen",
};

/** Pair by the first place that answers. The returned function gives up. */
export async function pair(code: PairingCode, hello: Hello, chance: Chance, page: string | null, steps: Steps): Promise<() => void> {
  const own = await newPair();
  let silent = false;
  const places = placesOf(code.ways, page);
  for (const place of places) {
    const made = await tryAt(place, code, own, hello, chance, steps);
    if (made === "silent") silent = true;
    else if (made !== "away")
      return () => {
        made.close();
      };
  }
  steps.failed(silent ? "silent" : places.length === 0 ? "no_relay" : "away");
  return () => undefined;
}

async function tryAt(
  place: Place,
  code: PairingCode,
  own: Pair,
  hello: Hello,
  chance: Chance,
  steps: Steps,
): Promise<Connection | "away" | "silent"> {
  const connection = chance.bytes(CONNECTION_SIZE);
  const line = await openLine(place, connection).catch(() => null);
  if (line === null) return "away";
  const route = routeOf(place);
  const psk = await pairingPsk(code.secret, code.hubKey, route);
  const dial: Dial = { mode: MODE.PAIR, hubKey: code.hubKey, own, psk, route, pairing: code.pairing };
  let kept: HubKept | null = null;
  let isDone = false;
  const keep = async (mine: Connection, secret: Uint8Array<ArrayBuffer>) => {
    const words = await sixWords(mine.hash);
    const { hubKey, gateKey, claim, ways } = code;
    const fresh: HubKept = { own, hubKey, gateKey, psk: secret, places: ways, claim, words, facts: null };
    await steps.keep(fresh);
    kept = fresh;
    mine.session.kept();
    mine.flush();
    steps.words(fresh);
  };
  const event = (mine: Connection, told: SessionEvent) => {
    if (told.kind === "secret") void keep(mine, told.psk).catch(() => {
      isDone = true;
      mine.close();
      steps.failed("unkept");
    });
    if (told.kind !== "paired" || kept === null) return;
    isDone = true;
    steps.paired({ ...kept, account: told.account }, told.facts);
    mine.close();
  };
  const over = (_: Connection, ended: Ended | null) => {
    if (isDone || (ended?.byPeer === false && ended.code === CODE.DONE)) return; // given up here
    const why = ended === null ? undefined : WHY[ended.code];
    if (why === undefined && kept !== null) steps.broke(kept);
    else steps.failed(why ?? "ended");
  };
  return (await connect(line, dial, chance, hello, { event, over }, connection)) ?? "silent";
}
