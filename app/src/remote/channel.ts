// One side of an established session: contents in, frames out, and the rules that both sides share. Pure: sealing and
// opening happen around it, what has to be sealed waits in `take()`. Source: docs/protocols/remote.md, "Sessions".

import { type Bytes, concat } from "../gate/bytes";
import { type Code, CODE, codeOf, encode, type Frame, frame, FrameDecoder, type Kind, KIND, type Limits, numberOf, u16 } from "./frames";
import { MOST } from "./padding";
import type { Streams } from "./streams";
import type { Judged } from "./transport";

export const LONGEST_MS = 86_400_000; // then a new handshake
export const SILENCE_MS = 90_000; // without any authentic message of the other side
const ON_STREAMS: ReadonlySet<Kind> = new Set([KIND.ANSWER, KIND.EVENT, KIND.DATA, KIND.CREDIT, KIND.END, KIND.RESET]);
const WITH_CREDIT: ReadonlySet<Kind> = new Set([KIND.EVENT, KIND.DATA]);
const LAST: ReadonlySet<Kind> = new Set([KIND.ANSWER, KIND.END, KIND.RESET]);

export interface Ended {
  code: Code;
  /** The other side said so. */
  byPeer: boolean;
}

export class Channel {
  private readonly decoder: FrameDecoder;
  private readonly sinceMs: number;
  private heardMs: number;
  private out: Bytes[] = [];
  ended: Ended | null = null;
  /** Messages that were repeats or not authentic. */
  dropped = 0;

  constructor(
    accepts: Limits,
    readonly streams: Streams,
    nowMs: number,
  ) {
    this.decoder = new FrameDecoder(accepts);
    this.sinceMs = this.heardMs = nowMs;
  }

  // in

  /** Frames of a judged message, without those that are settled here. Never throws. */
  receive(judged: Judged, nowMs: number): Frame[] {
    if (this.ended !== null) return [];
    if (judged.kind === "dropped") {
      this.dropped += 1;
      return [];
    }
    if (judged.kind === "gap") return this.broken(CODE.GAP);
    this.heardMs = nowMs;
    if (judged.content === null) return this.broken(CODE.PROTOCOL);
    const frames: Frame[] = [];
    let ping: Bytes | null = null;
    for (const event of this.decoder.feed(judged.content)) {
      if ("fault" in event) this.close(event.fault);
      else if (event.kind === KIND.PING) ping = event.body;
      else if (this.passes(event)) frames.push(event);
      if (this.isOver()) break;
    }
    if (ping !== null) this.send(frame(KIND.PONG, 0, ping)); // one answer per message, however many asked in it
    return frames;
  }

  /** Whether the frame is for the layer above; rules of streams and credit are kept here. */
  private passes({ kind, stream, body }: Frame): boolean {
    if (kind === KIND.CLOSE) {
      this.ended = { code: codeOf(body), byPeer: true };
      return false;
    }
    if (kind === KIND.PONG) return false;
    if (!ON_STREAMS.has(kind)) return true;
    if (!this.streams.has(stream)) return false; // closed by us while this was on its way
    const inCredit =
      (!WITH_CREDIT.has(kind) || this.streams.received(stream, body.length)) &&
      (kind !== KIND.CREDIT || this.streams.credited(stream, numberOf(body)));
    if (!inCredit) {
      this.close(CODE.FLOW);
      return false;
    }
    if (LAST.has(kind)) this.streams.close(stream);
    return true;
  }

  private broken(code: Code): Frame[] {
    this.close(code);
    return [];
  }

  // out

  /** Queue frames, together in as few messages as they need; nothing once it is over. */
  send(...frames: Frame[]): void {
    if (this.ended !== null) return;
    for (const one of frames) this.account(one);
    const data = concat(...frames.map(encode));
    for (let at = 0; at < data.length; at += MOST) this.out.push(data.slice(at, at + MOST));
  }

  /** Queue a frame on a stream; false: the stream is over, or has no credit for it now. */
  offer(one: Frame): boolean {
    if (this.ended !== null || !this.streams.has(one.stream)) return false;
    if (WITH_CREDIT.has(one.kind) && !this.streams.maySend(one.stream)) return false;
    this.send(one);
    return true;
  }

  private account({ kind, stream, body }: Frame): void {
    if (!ON_STREAMS.has(kind)) return;
    if (!this.streams.has(stream)) throw new Error(`stream ${stream} is not open`);
    if (WITH_CREDIT.has(kind)) this.streams.sent(stream, body.length);
    if (kind === KIND.CREDIT) this.streams.granted(stream, numberOf(body));
    if (LAST.has(kind)) this.streams.close(stream);
  }

  /** Contents that have to be sealed and sent now, oldest first. */
  take(): Bytes[] {
    const out = this.out;
    this.out = [];
    return out;
  }

  /** End it, and tell the other side why. */
  close(code: Code): void {
    if (this.ended !== null) return;
    this.send(frame(KIND.CLOSE, 0, u16(code)));
    this.ended = { code, byPeer: false };
  }

  isOver = (): boolean => this.ended !== null;

  // time

  /** End it where the other side is silent, or it is too old. */
  wake(nowMs: number): void {
    if (nowMs - this.sinceMs >= LONGEST_MS) this.close(CODE.TOO_OLD);
    else if (nowMs - this.heardMs >= SILENCE_MS) this.close(CODE.SILENT);
  }
}
