// Which key devices hold, in the order of what needs a person; what a passphrase must be. Pure.

import type { DeviceKey, Keys, KeyState } from "../api/radio";

/** What needs somebody first. */
const ORDER: readonly KeyState[] = ["foreign", "exchanging", "previous", "default", "system", "none"];

export interface KeyGroup {
  state: KeyState;
  devices: DeviceKey[];
}

export function keyGroups(keys: Keys): KeyGroup[] {
  return ORDER.map((state) => ({ state, devices: keys.devices.filter((one) => one.state === state) })).filter(
    (group) => group.devices.length > 0,
  );
}

/** A sheet that nobody has checked protects nobody. */
export const sheetMissing = (keys: Keys): boolean => keys.index > 0 && !keys.sheet_checked;

export const SHORTEST_PASSPHRASE = 5;
export const LONGEST_PASSPHRASE = 256;

export type PassphraseFault = "short" | "long" | "spaces" | "differs";

/** What is wrong with a passphrase and its repetition; null: nothing. Spaces at the ends are lost on paper. */
export function passphraseFault(first: string, second: string): PassphraseFault | null {
  if (first.length < SHORTEST_PASSPHRASE) return "short";
  if (first.length > LONGEST_PASSPHRASE) return "long";
  if (first.trim() !== first) return "spaces";
  return first === second ? null : "differs";
}

/** Words in numbered columns, as they stand on the sheet. */
export function numbered(words: readonly string[]): { number: number; word: string }[] {
  return words.map((word, index) => ({ number: index + 1, word }));
}
