// Sizes that tell little: contents padded to one of five sizes, and read back. Pure.
// Source: docs/protocols/remote.md, "Padding".

import type { Bytes } from "../gate/bytes";

export const SIZES: readonly number[] = [256, 1024, 4096, 16_384, 65_519];
const LENGTH_SIZE = 2;
/** Bytes of content in one message. */
export const MOST = 65_517;

/** Length, content, zeros: the smallest size that holds it. */
export function pad(content: Uint8Array): Bytes {
  const size = SIZES.find((one) => one >= content.length + LENGTH_SIZE);
  if (size === undefined) throw new RangeError(`${content.length} bytes; allowed are ${MOST}`);
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint16(0, content.length);
  padded.set(content, LENGTH_SIZE);
  return padded;
}

/** The content; null: not one of our sizes, a length beyond it, or anything but zeros behind it. */
export function unpad(padded: Bytes): Bytes | null {
  if (!SIZES.includes(padded.length)) return null;
  const end = LENGTH_SIZE + new DataView(padded.buffer, padded.byteOffset).getUint16(0);
  if (end > padded.length || padded.subarray(end).some((byte) => byte !== 0)) return null;
  return padded.slice(LENGTH_SIZE, end);
}
