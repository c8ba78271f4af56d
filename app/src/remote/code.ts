// The text of a pairing's QR code: what a phone has to know before it may speak. Pure.
// Source: docs/protocols/remote.md, "The code".

import { type Bytes, fromBase64url } from "../gate/bytes";

const HEAD = "homebase:pair:1:";
const MOST = 1200;
const MOST_WAYS = 4;
const MOST_PORT = 65_535;
const MOST_SLOT = 15;
const [KEY, PAIRING, SECRET, ROUTE] = [32, 8, 16, 16];
const ORIGIN = /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[1-9][0-9]{0,4})?$/;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)$/;
const PASSWORD = /^[A-Za-z0-9_-]{16,64}$/;
const BREAKS = /[ \t\n\r]+/g; // whoever pastes a code may break it into lines
const NUMBER = /^(0|[1-9][0-9]{0,4})$/;

/** Where a home is reached: `origin` of the page that its gate serves, or a place at a relay; ports 0: not offered. */
export type Place =
  | { kind: "home"; origin: string }
  | { kind: "relay"; host: string; tlsPort: number; wssPort: number; route: Bytes; slot: number; password: string };

export interface PairingCode {
  hubKey: Bytes;
  gateKey: Bytes;
  pairing: Bytes;
  secret: Bytes;
  /** The gate's secret for the first phone's consents; null for later ones. */
  claim: Bytes | null;
  ways: Place[];
}

/** Read a code; null: any other text. */
export function readCode(text: string): PairingCode | null {
  const whole = text.replace(BREAKS, "");
  if (whole.length > MOST || !whole.startsWith(HEAD)) return null;
  const [hub, gate, pairing, secret, claim, ...rest] = whole.slice(HEAD.length).split(":");
  const ways = rest.join(":").split(";").map(readWay);
  const read = {
    hubKey: sized(hub, KEY),
    gateKey: sized(gate, KEY),
    pairing: sized(pairing, PAIRING),
    secret: sized(secret, SECRET),
    claim: claim === "" ? null : sized(claim, SECRET),
  };
  const { hubKey, gateKey } = read;
  if (hubKey === null || gateKey === null || read.pairing === null || read.secret === null) return null;
  if (read.claim === null && claim !== "") return null;
  if (ways.length > MOST_WAYS || ways.includes(null)) return null;
  return { ...read, hubKey, gateKey, pairing: read.pairing, secret: read.secret, ways: ways.filter((way) => way !== null) };
}

function readWay(text: string): Place | null {
  const [kind, host = "", ...rest] = text.split(",");
  if (kind === "h" && rest.length === 0) return ORIGIN.test(host) ? { kind: "home", origin: host } : null;
  const [tls, wss, route, slot, password = "", ...more] = rest;
  const [tlsPort, wssPort, place] = [number(tls, MOST_PORT), number(wss, MOST_PORT), number(slot, MOST_SLOT)];
  const named = sized(route, ROUTE);
  if (kind !== "r" || more.length > 0 || !HOST.test(host) || !PASSWORD.test(password) || named === null) return null;
  if (tlsPort === null || wssPort === null || place === null) return null;
  return { kind: "relay", host, tlsPort, wssPort, route: named, slot: place, password };
}

function sized(text: string | undefined, size: number): Bytes | null {
  const bytes = fromBase64url(text ?? "");
  return bytes?.length === size ? bytes : null;
}

/** A number in its one spelling. */
function number(text: string | undefined, most: number): number | null {
  return text !== undefined && NUMBER.test(text) && Number(text) <= most ? Number(text) : null;
}
