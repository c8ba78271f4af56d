// What a radio frame says, for people who know the protocol: its header in words. Pure.
// Layout: docs/protocols/bidcos.md, "Frame".

import type { RadioFrame } from "../api/radio";

export interface Header {
  counter: number;
  flags: number;
  kind: number;
  sender: string;
  receiver: string;
  payload: string;
}

const HEADER_SIZE = 10; // the length byte and nine more

/** Null for what is too short to be a frame. */
export function header(data: string): Header | null {
  if (!/^([0-9A-F]{2})+$/i.test(data) || data.length < HEADER_SIZE * 2) return null;
  const byte = (index: number) => Number.parseInt(data.slice(index * 2, index * 2 + 2), 16);
  return {
    counter: byte(1),
    flags: byte(2),
    kind: byte(3),
    sender: data.slice(8, 14).toUpperCase(),
    receiver: data.slice(14, 20).toUpperCase(),
    payload: data.slice(20).toUpperCase(),
  };
}

const FLAGS: readonly [number, string][] = [
  [0x01, "wake_up"],
  [0x02, "listens"],
  [0x04, "broadcast"],
  [0x10, "burst"],
  [0x20, "wants_answer"],
  [0x40, "repeated"],
];

/** The flags that say something to people; "may be repeated" is set on nearly all frames. */
export function flagNames(flags: number): string[] {
  return FLAGS.filter(([mask]) => (flags & mask) !== 0).map(([, name]) => name);
}

const hex = (value: number) => value.toString(16).toUpperCase().padStart(2, "0");

/** Names of a frame's meaning, the most exact first: `02.04` (a challenge), then `02` (an answer). */
export function meaningKeys({ kind, payload }: Header): string[] {
  const first = payload.slice(0, 2);
  const second = payload.slice(2, 4);
  const exact = kind === 0x01 ? second : first;
  return exact === "" ? [hex(kind)] : [`${hex(kind)}.${exact}`, hex(kind)];
}

const CHANNEL = 0x3f; // the bits above it say other things

const channelAt = (payload: string, index: number) => {
  const byte = Number.parseInt(payload.slice(index * 2, index * 2 + 2), 16);
  return Number.isNaN(byte) ? null : byte & CHANNEL;
};

/** The channel that a frame speaks of, and whose: of the kinds that people meet. Source: docs/protocols/bidcos.md, "Types". */
export function channelOf(found: Header): { sender: number | null; receiver: number | null } {
  const { payload } = found;
  switch (meaningKeys(found)[0]) {
    case "02.01":
    case "10.06":
      return { sender: channelAt(payload, 1), receiver: null };
    case "11.02":
    case "11.03":
    case "11.86":
      return { sender: null, receiver: channelAt(payload, 1) };
  }
  if (found.kind === 0x40 || found.kind === 0x41) return { sender: channelAt(payload, 0), receiver: null };
  if (found.kind === 0x01) return { sender: null, receiver: channelAt(payload, 0) };
  return { sender: null, receiver: null };
}

const EVERYBODY = "000000";

/** Who sent a frame and who is meant. */
export type Party =
  | { who: "us" | "everybody" }
  | { who: "device"; device: string; channel: number | null }
  | { who: "stranger"; radio: string };

export function parties(frame: RadioFrame, found: Header): { from: Party; to: Party } {
  const channel = channelOf(found);
  const ours = (device: string | null, index: number | null, radio: string): Party =>
    device === null ? { who: "stranger", radio } : { who: "device", device, channel: index };
  return {
    from: frame.sent ? { who: "us" } : ours(frame.sender, channel.sender, found.sender),
    to: frame.to_us
      ? { who: "us" }
      : found.receiver === EVERYBODY
        ? { who: "everybody" }
        : ours(frame.receiver, channel.receiver, found.receiver),
  };
}

/** Bytes in groups that an eye can follow: length, header, payload. */
export function grouped(data: string): string {
  const found = header(data);
  if (found === null) return data.toUpperCase();
  const bytes = found.payload.match(/.{1,2}/g) ?? [];
  const front = [data.slice(0, 2), data.slice(2, 4), data.slice(4, 6), data.slice(6, 8)].join(" ").toUpperCase();
  return [front, found.sender, found.receiver, bytes.join(" ")].filter((part) => part !== "").join(" · ");
}

export const FRAMES_SHOWN = 200;

/** The newest frames, newest first, never more than are shown. */
export function newest(old: readonly RadioFrame[], news: readonly RadioFrame[]): readonly RadioFrame[] {
  if (news.length === 0) return old;
  const last = old[0]?.number ?? -1;
  const fresh = news.filter((frame) => frame.number > last).reverse();
  return [...fresh, ...old].slice(0, FRAMES_SHOWN);
}

/** Frames that hold the text in an address, in their bytes, or in what people call who sent and who is meant. */
export function matching(
  frames: readonly RadioFrame[],
  text: string,
  names: (frame: RadioFrame) => string,
): readonly RadioFrame[] {
  const bytes = text.replace(/\s+/g, "").toUpperCase();
  const words = text.trim().toLowerCase();
  return bytes === ""
    ? frames
    : frames.filter((frame) => frame.data.toUpperCase().includes(bytes) || names(frame).toLowerCase().includes(words));
}
