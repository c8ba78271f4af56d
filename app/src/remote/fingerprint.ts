// A key for people to compare: half of its SHA-256, in groups of four digits.
// Source: docs/protocols/remote.md, "The code".

import { type Bytes, sha256, toHex } from "../gate/bytes";

const SHOWN = 16; // bytes

export async function fingerprint(key: Bytes): Promise<string> {
  const digits = toHex((await sha256(key)).subarray(0, SHOWN));
  return (digits.match(/.{4}/g) ?? []).join(" ");
}
