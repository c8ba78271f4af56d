// How well a device is heard, in words and in order. Pure.

import type { Signal } from "../api/radio";
import type { Columns } from "./series";

export type Strength = "very_good" | "good" | "fair" | "weak" | "unknown";

// Chosen by us: culfw's receiver loses frames from about -100 dBm on, and walls cost 10 to 15 dB each.
const LIMITS: readonly [number, Strength][] = [
  [-60, "very_good"],
  [-75, "good"],
  [-90, "fair"],
];

/** The word for a strength in dBm; 0 and above are no measurement. */
export function strength(dbm: number | null): Strength {
  if (dbm === null || dbm >= 0) return "unknown";
  return LIMITS.find(([least]) => dbm >= least)?.[1] ?? "weak";
}

/** The weaker of both directions: a command needs one, its confirmation the other. */
export function weakest(signal: Signal): number | null {
  const known = [signal.last_dbm, signal.peer_dbm].filter((dbm) => dbm !== null && dbm < 0) as number[];
  return known.length === 0 ? null : Math.min(...known);
}

/** Weakest first; those never heard at the end. */
export function byWeakness(signals: readonly Signal[]): Signal[] {
  const rank = (signal: Signal) => weakest(signal) ?? 0;
  return [...signals].sort((a, b) => rank(a) - rank(b) || a.device.localeCompare(b.device));
}

/** Bars from 0 to 4, for a sign beside the word. */
export function bars(dbm: number | null): number {
  return { unknown: 0, weak: 1, fair: 2, good: 3, very_good: 4 }[strength(dbm)];
}

const QUARTER_S = 15 * 60;

/** A day's quarters of an hour as columns; a quarter without a frame leaves a gap. */
export function signalColumns(signal: Signal): Columns {
  const times: number[] = [];
  const means: (number | null)[] = [];
  for (const sample of signal.samples) {
    const at = Date.parse(sample.at) / 1000;
    const before = times.at(-1);
    if (before !== undefined && at - before > 2 * QUARTER_S) {
      times.push(before + QUARTER_S);
      means.push(null);
    }
    times.push(at);
    means.push(sample.dbm);
  }
  return { times, means, lows: means, highs: means };
}
