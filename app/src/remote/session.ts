// The phone's side of a session: requests out, answers in. Pure.
// Source: docs/protocols/remote.md, "Sessions", "Requests", "Bodies" and "Pairing".

import { type Bytes, fromBase64url, utf8 } from "../gate/bytes";
import { Channel, type Ended } from "./channel";
import { CODE, codeOf, type Code, type Frame, frame, FROM_HUB, KIND, u32 } from "./frames";
import { FIRST_CREDIT, MOST_STREAMS, Streams } from "./streams";
import type { Judged } from "./transport";

const MARK_SIZE = 32;

/** What a phone may do. `rooms`: ids, null for all; `expires`: RFC 3339 or null. */
export interface PhoneFacts {
  name: string;
  role: string;
  rooms?: string[] | null;
  expires?: string | null;
}

/** The hub's first frame. `boot`: another one means that it forgot what it executed; `account`: as in `paired`. */
export interface Welcome {
  home: string;
  version: string;
  boot: string;
  phone?: PhoneFacts | null;
  account: string | null;
}

/** `account`: the mark of the home's account, in a session by a relay. */
export interface Hello {
  client: string;
  name?: string;
  language?: string;
  account?: string;
}

export type Answer = { ok: true; body: unknown } | { ok: false; problem: unknown };

export type SessionEvent =
  | { kind: "welcomed"; welcome: Welcome }
  | { kind: "answered"; stream: number; answer: Answer }
  | { kind: "told"; stream: number; message: unknown }
  /** `code`: null at the stream's regular end. */
  | { kind: "over"; stream: number; code: Code | null }
  | { kind: "secret"; psk: Bytes }
  /** `account`: the mark to be shown by relays, as it came; null: none. */
  | { kind: "paired"; facts: PhoneFacts; account: string | null };

export class PhoneSession {
  readonly channel: Channel;

  constructor(nowMs: number) {
    this.channel = new Channel(FROM_HUB, new Streams({ sending: 0, receiving: FIRST_CREDIT }), nowMs);
  }

  get ended(): Ended | null {
    return this.channel.ended;
  }

  /** What a message from the network means. Never throws; a hub that breaks a rule ends the session. */
  receive(judged: Judged, nowMs: number): SessionEvent[] {
    const events: SessionEvent[] = [];
    for (const one of this.channel.receive(judged, nowMs)) {
      const event = this.understood(one);
      if (event === null) {
        this.channel.close(CODE.PROTOCOL);
        break;
      }
      if (event !== "settled") events.push(event);
    }
    return events;
  }

  /** null: it breaks a rule. */
  private understood({ kind, stream, body }: Frame): SessionEvent | "settled" | null {
    switch (kind) {
      case KIND.WELCOME: {
        const welcome = readWelcome(body);
        return welcome === null ? null : { kind: "welcomed", welcome };
      }
      case KIND.ANSWER: {
        const answer = readAnswer(body);
        return answer === null ? null : { kind: "answered", stream, answer };
      }
      case KIND.EVENT: {
        const message = json(body);
        this.channel.offer(frame(KIND.CREDIT, stream, u32(body.length)));
        return message === undefined ? null : { kind: "told", stream, message };
      }
      case KIND.END:
        return { kind: "over", stream, code: null };
      case KIND.RESET:
        return { kind: "over", stream, code: codeOf(body) };
      case KIND.CREDIT:
      case KIND.DATA: // no operation sends bytes yet; without credit of ours no more of them come
        return "settled";
      case KIND.SECRET:
        return { kind: "secret", psk: body };
      case KIND.PAIRED: {
        const told = json(body);
        const facts = readFacts(told);
        return facts === null ? null : { kind: "paired", facts, account: readAccount(told) };
      }
      default:
        return null;
    }
  }

  // out

  /** Our first frame; with it the session begins to exist. */
  hello(hello: Hello): void {
    this.channel.send(frame(KIND.HELLO, 0, utf8(JSON.stringify(hello))));
  }

  /** Ask; the stream that the answer comes on, or null where too many are open. */
  request(id: string, name: string, body: unknown): number | null {
    if (this.ended !== null || this.channel.streams.count >= MOST_STREAMS) return null;
    const stream = this.channel.streams.next();
    this.channel.send(frame(KIND.REQUEST, stream, utf8(JSON.stringify({ id, name, body }))), );
    return stream;
  }

  /** Give a stream up, for example a subscription. */
  end(stream: number): void {
    this.channel.offer(frame(KIND.END, stream));
  }

  /** In a pairing: the secret is on our disk. */
  kept(): void {
    this.channel.send(frame(KIND.KEPT));
  }

  /** Show that we are here; at least every 30 s. */
  ping(): void {
    this.channel.send(frame(KIND.PING, 0, new Uint8Array(8)));
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** undefined: not JSON. */
function json(body: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

function readWelcome(body: Bytes): Welcome | null {
  const told = json(body);
  if (!isRecord(told)) return null;
  const { home, version, boot, phone } = told;
  if (typeof home !== "string" || typeof version !== "string" || typeof boot !== "string") return null;
  const facts = readFacts(phone);
  return (phone ?? null) !== null && facts === null ? null : { home, version, boot, phone: facts, account: readAccount(phone) };
}

function readFacts(told: unknown): PhoneFacts | null {
  if (!isRecord(told) || typeof told.name !== "string" || typeof told.role !== "string") return null;
  const rooms = Array.isArray(told.rooms) && told.rooms.every((room) => typeof room === "string") ? told.rooms : null;
  return { name: told.name, role: told.role, rooms, expires: typeof told.expires === "string" ? told.expires : null };
}

function readAccount(told: unknown): string | null {
  const mark = isRecord(told) ? told.account : null;
  return typeof mark === "string" && fromBase64url(mark)?.length === MARK_SIZE ? mark : null;
}

function readAnswer(body: Bytes): Answer | null {
  const told = json(body);
  if (!isRecord(told) || typeof told.ok !== "boolean") return null;
  return told.ok ? { ok: true, body: told.body ?? null } : { ok: false, problem: told.problem ?? {} };
}
