// RFC 6962 consistency: whether a tree of more leaves began as the one that was seen. Pure but for the hash.

import { type Bytes, concat, same, sha256 } from "./bytes";

const HASH_SIZE = 32;
const NODE = new Uint8Array([1]);

const node = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(concat(NODE, left, right));
const half = (value: number): number => Math.floor(value / 2);
const isOdd = (value: number): boolean => value % 2 === 1;

/** RFC 9162, section 2.1.4.2. An empty old tree shows nothing about the new one: false. */
export async function grewFrom(
  old: { size: number; root: Bytes },
  now: { size: number; root: Bytes },
  proof: readonly Bytes[],
): Promise<boolean> {
  if (old.size <= 0 || old.size > now.size || proof.some((step) => step.length !== HASH_SIZE)) return false;
  if (old.size === now.size) return proof.length === 0 && same(old.root, now.root);
  let first = old.size - 1;
  let last = now.size - 1;
  while (isOdd(first)) {
    first = half(first);
    last = half(last);
  }
  const steps = [...proof];
  const begin = first === 0 ? old.root : steps.shift();
  if (begin === undefined) return false;
  let small = begin;
  let large = begin;
  for (const step of steps) {
    if (last === 0) return false;
    if (isOdd(first) || first === last) {
      small = await node(step, small);
      large = await node(step, large);
      while (!isOdd(first) && first !== 0) {
        first = half(first);
        last = half(last);
      }
    } else {
      large = await node(large, step);
    }
    first = half(first);
    last = half(last);
  }
  return last === 0 && same(small, old.root) && same(large, now.root);
}
