// Frames inside a session: type, stream, length, body; a byte stream cut into them, within bounds. Pure.
// Source: docs/protocols/remote.md, "Frames".

import { type Bytes, concat } from "../gate/bytes";

const HEADER_SIZE = 9;
const SMALL = 4096;
const MOST_REQUEST = 66_048;
const MOST_ANSWER = 16_777_216;
const MOST_DATA = 16_384;

export const KIND = {
  HELLO: 1,
  WELCOME: 2,
  CLOSE: 3,
  PING: 4,
  PONG: 5,
  REQUEST: 8,
  ANSWER: 9,
  EVENT: 10,
  DATA: 11,
  CREDIT: 12,
  END: 13,
  RESET: 14,
  SECRET: 16,
  KEPT: 17,
  PAIRED: 18,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Why a session (CLOSE) or a stream (RESET) ends. */
export const CODE = {
  DONE: 0,
  PROTOCOL: 1,
  TOO_LARGE: 2,
  FLOW: 3,
  TOO_MANY: 4,
  TOO_FAST: 5,
  GAP: 6,
  TOO_OLD: 7,
  REPLACED: 8,
  REVOKED: 9,
  NOT_CONFIRMED: 10,
  PAIRING_ENDED: 11,
  STOPPING: 12,
  SILENT: 13,
  NOT_NOW: 14,
  BROKEN_OFF: 15,
  ACCOUNT: 16,
  OVER: 17,
} as const;
export type Code = (typeof CODE)[keyof typeof CODE];

const KINDS: ReadonlySet<number> = new Set(Object.values(KIND));
const CODES: ReadonlySet<number> = new Set(Object.values(CODE));
/** About the session itself. */
const ON_STREAM_0: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 16, 17, 18]);

export interface Frame {
  kind: Kind;
  stream: number;
  body: Bytes;
}

/** Not a frame that this side sends; nothing after it is read. */
export interface Malformed {
  fault: Code;
}

/** Least and most bytes of a body, by type. */
export type Limits = Readonly<Partial<Record<Kind, readonly [number, number]>>>;

const BOTH: Limits = {
  [KIND.CLOSE]: [2, 2],
  [KIND.PING]: [8, 8],
  [KIND.PONG]: [8, 8],
  [KIND.DATA]: [1, MOST_DATA],
  [KIND.CREDIT]: [4, 4],
  [KIND.END]: [0, 0],
  [KIND.RESET]: [2, 2],
};
export const FROM_PHONE: Limits = {
  ...BOTH,
  [KIND.HELLO]: [2, SMALL],
  [KIND.REQUEST]: [2, MOST_REQUEST],
  [KIND.KEPT]: [0, 0],
};
export const FROM_HUB: Limits = {
  ...BOTH,
  [KIND.WELCOME]: [2, SMALL],
  [KIND.ANSWER]: [2, MOST_ANSWER],
  [KIND.EVENT]: [2, MOST_ANSWER],
  [KIND.SECRET]: [32, 32],
  [KIND.PAIRED]: [2, SMALL],
};

export const frame = (kind: Kind, stream = 0, body: Bytes = new Uint8Array(0)): Frame => ({ kind, stream, body });

export function encode({ kind, stream, body }: Frame): Bytes {
  const head = new DataView(new ArrayBuffer(HEADER_SIZE));
  head.setUint8(0, kind);
  head.setUint32(1, stream);
  head.setUint32(5, body.length);
  return concat(new Uint8Array(head.buffer), body);
}

export function u16(value: number): Bytes {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value);
  return bytes;
}

export function u32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** A big-endian number of two or four bytes. */
export const numberOf = (body: Uint8Array): number => body.reduce((value, byte) => value * 256 + byte, 0);

/** The code of a CLOSE or RESET; one that is not known here counts as a broken rule. */
export function codeOf(body: Uint8Array): Code {
  const value = numberOf(body);
  return CODES.has(value) ? (value as Code) : CODE.PROTOCOL;
}

/** Cuts what one side sends into frames and keeps the unfinished one, whose length is checked first. */
export class FrameDecoder {
  private pieces: Bytes[] = [];
  private size = 0;
  private wanted = HEADER_SIZE;
  private over = false;

  constructor(private readonly limits: Limits) {}

  /** The frames that `content` completes, oldest first. Never throws; after Malformed none come. */
  feed(content: Bytes): (Frame | Malformed)[] {
    const events: (Frame | Malformed)[] = [];
    if (this.over) return events;
    this.pieces.push(content);
    this.size += content.length;
    if (this.size < this.wanted) return events; // a long frame is joined once, when it is whole
    let rest = concat(...this.pieces);
    for (;;) {
      this.wanted = HEADER_SIZE;
      if (rest.length < HEADER_SIZE) break;
      const head = new DataView(rest.buffer, rest.byteOffset);
      const [kind, stream, length] = [head.getUint8(0), head.getUint32(1), head.getUint32(5)];
      const fault = this.faultOf(kind, stream, length);
      if (fault !== null) {
        this.over = true;
        this.pieces = [];
        return [...events, { fault }];
      }
      this.wanted = HEADER_SIZE + length;
      if (rest.length < this.wanted) break;
      events.push({ kind: kind as Kind, stream, body: rest.slice(HEADER_SIZE, this.wanted) });
      rest = rest.subarray(this.wanted);
    }
    this.pieces = [rest];
    this.size = rest.length;
    return events;
  }

  private faultOf(kind: number, stream: number, length: number): Code | null {
    const limits = KINDS.has(kind) ? this.limits[kind as Kind] : undefined;
    if (limits === undefined || (stream === 0) !== ON_STREAM_0.has(kind)) return CODE.PROTOCOL;
    if (length > limits[1]) return CODE.TOO_LARGE;
    return length < limits[0] ? CODE.PROTOCOL : null;
  }
}
