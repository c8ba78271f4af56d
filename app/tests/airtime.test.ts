import { describe, expect, test } from "vitest";
import type { AirtimeEntry, AirtimeReport, CauseName } from "../src/api/radio";
import { advice, bar, biggest, byCause, byDevice, scarceDrivers } from "../src/state/airtime";

const entry = (device: string | null, cause: CauseName, used_ms: number, bursts = 0): AirtimeEntry => ({
  device,
  cause,
  name: "",
  used_ms,
  frames: 2,
  bursts,
});

const report = (over: Partial<AirtimeReport> = {}): AirtimeReport => ({
  used_ms: 9000,
  limit_ms: 36_000,
  answer_reserve_ms: 1800,
  alarm_reserve_ms: 3600,
  exhausted_in_s: null,
  level: "normal",
  entries: [],
  ...over,
});

describe("the bar of the hour", () => {
  const shares = (used_ms: number) => Object.fromEntries(Object.entries(bar(report({ used_ms }))).map(([name, share]) => [name, Math.round(share * 1000) / 1000]));

  test("shows used, free and what is kept for alarms and answers, together the whole", () => {
    expect(shares(9000)).toEqual({ used: 0.25, alarms: 0.1, answers: 0.05, free: 0.6 });
  });

  test("has nothing free when orders are refused", () => {
    expect(shares(30_600)).toEqual({ used: 0.85, alarms: 0.1, answers: 0.05, free: 0 });
  });

  test("shows what alarms and answers took of their reserves as used, and never more than the whole", () => {
    expect(shares(32_400)).toEqual({ used: 0.9, alarms: 0.05, answers: 0.05, free: 0 });
    expect(shares(35_100)).toEqual({ used: 0.975, alarms: 0, answers: 0.025, free: 0 });
    expect(shares(40_000)).toEqual({ used: 1, alarms: 0, answers: 0, free: 0 });
  });
});

describe("the ledger", () => {
  const entries = [
    entry("bidcos:A", "user", 100),
    entry(null, "background", 50),
    entry("bidcos:A", "rule", 400, 1),
    entry("bidcos:B", "rule", 300),
  ];

  test("names the device that cost most first, with its causes", () => {
    const found = byDevice(entries);
    expect(found.map((share) => [share.device, share.usedMs])).toEqual([
      ["bidcos:A", 500],
      ["bidcos:B", 300],
      [null, 50],
    ]);
    expect(found[0]?.causes.map((one) => one.cause)).toEqual(["rule", "user"]);
    expect([found[0]?.frames, found[0]?.bursts]).toEqual([4, 1]);
  });

  test("names who used most by kind and name: one rule, not all rules", () => {
    const rule = (name: string, used_ms: number) => ({ ...entry("bidcos:A", "rule", used_ms), name });
    const found = biggest([rule("evening", 300), entry(null, "user", 400), rule("morning", 300), rule("evening", 200)]);
    expect(found).toEqual({ cause: "rule", name: "evening", share: 500 / 1200 });
    expect(biggest([])).toBeNull();
  });

  test("sums causes as shares of what was used", () => {
    const found = byCause(entries);
    expect(found[0]).toMatchObject({ cause: "rule", usedMs: 700 });
    expect(found.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1);
    expect(byCause([])).toEqual([]);
  });
});

describe("advice", () => {
  test("is silent while there is plenty, and about alarms", () => {
    expect(advice(report({ entries: [entry("bidcos:A", "rule", 9000)] }))).toBeNull();
    expect(advice(report({ level: "exhausted", entries: [entry("bidcos:A", "alarm", 9000)] }))).toBeNull();
  });

  test("names who used most, and bursts where they are the cost", () => {
    const scarce = (entries: AirtimeEntry[]) => advice(report({ level: "scarce", entries }));
    expect(scarce([entry("bidcos:A", "api", 9000), entry("bidcos:A", "user", 100)])).toBe("api");
    expect(scarce([entry("bidcos:A", "user", 9000, 2)])).toBe("bursts");
    expect(scarce([entry("bidcos:A", "user", 9000)])).toBe("user");
    expect(scarce([])).toBeNull();
  });
});

test("a banner stands for a radio that is short of time, not for one that is gone or has plenty", () => {
  const driver = (state: "ready" | "lost", level: "normal" | "scarce" | "exhausted") => ({
    name: `${state} ${level}`,
    state,
    detail: "",
    since: "2026-01-01T00:00:00.000Z",
    airtime: { used_ms: 1, limit_ms: 2, exhausted_in_s: null, level },
  });
  const all = [driver("ready", "normal"), driver("ready", "scarce"), driver("ready", "exhausted"), driver("lost", "scarce")];
  expect(scarceDrivers(all).map((one) => one.name)).toEqual(["ready scarce", "ready exhausted"]);
});
