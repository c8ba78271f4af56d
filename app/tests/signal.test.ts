import { describe, expect, test } from "vitest";
import type { Signal } from "../src/api/radio";
import { bars, byWeakness, signalColumns, strength, weakest } from "../src/state/signal";

const signal = (device: string, last_dbm: number | null, peer_dbm: number | null = null): Signal => ({
  device,
  last_dbm,
  peer_dbm,
  samples: [],
});

describe("signal strength", () => {
  test("has a word and a number of bars for each range", () => {
    const words = [-40, -60, -61, -75, -76, -90, -91, -110, null, 0].map(strength);
    expect(words).toEqual([
      "very_good", "very_good", "good", "good", "fair", "fair", "weak", "weak", "unknown", "unknown",
    ]);
    expect([-40, -70, -80, -100, null].map(bars)).toEqual([4, 3, 2, 1, 0]);
  });

  test("counts the weaker direction", () => {
    expect(weakest(signal("a", -50, -95))).toBe(-95);
    expect(weakest(signal("a", -50))).toBe(-50);
    expect(weakest(signal("a", null, 0))).toBeNull();
  });

  test("is listed weakest first, the unheard last", () => {
    const sorted = byWeakness([signal("good", -50), signal("never", null), signal("deaf", -50, -99), signal("far", -90)]);
    expect(sorted.map((one) => one.device)).toEqual(["deaf", "far", "good", "never"]);
  });

  test("has gaps in its course where nothing was heard", () => {
    const at = (quarter: number) => new Date(Date.UTC(2026, 0, 1, 0, 15 * quarter)).toISOString();
    const samples = [0, 1, 5].map((quarter) => ({ at: at(quarter), dbm: -60 - quarter, frames: 3 }));
    const { times, means } = signalColumns({ ...signal("a", -60), samples });
    expect(means).toEqual([-60, -61, null, -65]);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });
});
