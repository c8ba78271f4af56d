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

/** Frames that hold the text in an address or in their bytes. */
export function matching(frames: readonly RadioFrame[], text: string): readonly RadioFrame[] {
  const wanted = text.replace(/\s+/g, "").toUpperCase();
  return wanted === "" ? frames : frames.filter((frame) => frame.data.toUpperCase().includes(wanted));
}
