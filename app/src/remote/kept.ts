// What a paired phone keeps of its hub: written before it tells the hub so, erased when it is removed.

import type { Bytes } from "../gate/bytes";
import type { Place } from "./code";
import type { Pair } from "./crypto";
import type { PhoneFacts } from "./session";

export interface HubKept {
  own: Pair;
  hubKey: Bytes;
  gateKey: Bytes;
  /** Of all sessions. */
  psk: Bytes;
  places: Place[];
  /** The mark by which it identifies the home's account by a relay, base64url; none: it was told none yet. */
  account?: string | null;
  /** The gate's secret for a first phone's consents, until it is used. */
  claim: Bytes | null;
  /** The six words, as long as nobody at home confirmed them. */
  words: string[] | null;
  /** What this phone may; null: nobody confirmed it yet. */
  facts: PhoneFacts | null;
}

/** When this phone's stay ends, in ms, as it was told last; NaN: never. By its own clock it is over from then on. */
export const endOf = (facts: PhoneFacts | null): number => Date.parse(facts?.expires ?? "");
