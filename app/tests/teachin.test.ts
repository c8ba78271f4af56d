import { describe, expect, test } from "vitest";
import type { PairingStage, PairingStep } from "../src/api/types";
import { apply, EMPTY } from "../src/state/home";
import { readSerial, teachIn, trace } from "../src/state/teachin";

const step = (stage: PairingStage, second: number, over: Partial<PairingStep> = {}): PairingStep => ({
  interface: "bidcos",
  stage,
  at: `2026-01-01T12:00:${String(second).padStart(2, "0")}.000Z`,
  until: stage === "open" ? "2026-01-01T12:01:00.000Z" : null,
  device: null,
  model: null,
  rssi_dbm: null,
  reason: null,
  step: 0,
  steps: 0,
  ...over,
});

const SWITCH = { device: "bidcos:KEQ0000001", model: "HM-LC-Sw1-FM" };
const third = step("configuring", 4, { ...SWITCH, step: 3, steps: 7 });
const story = [
  step("open", 0),
  step("heard", 1, { ...SWITCH, rssi_dbm: -70 }),
  step("heard", 2, { ...SWITCH, rssi_dbm: -61 }),
  step("configuring", 3, { ...SWITCH, step: 1, steps: 7 }),
  third,
  step("failed", 5, { ...SWITCH, reason: "silent" }),
];

describe("a teach-in", () => {
  test("tells how far the configuring is", () => {
    expect(teachIn(story.slice(0, 5)).progress).toEqual({ step: 3, steps: 7 });
    expect(teachIn(story.slice(0, 3)).progress).toBeNull();
  });

  test("leaves a trace: one line for what is heard again, one for the configuring, its end with the reason", () => {
    const lines = trace(story);
    expect(lines.map((line) => line.stage)).toEqual(["open", "heard", "configuring", "failed"]);
    expect(lines[1]?.rssiDbm).toBe(-61);
    expect(lines[2]?.progress).toEqual({ step: 3, steps: 7 });
    expect(lines[3]?.reason).toBe("silent");
    expect(new Set(lines.map((line) => line.key)).size).toBe(4);
  });

  test("is there for whoever comes later: a snapshot brings its steps, later ones are added", () => {
    const late = apply(EMPTY, { seq: 1, snapshot: [], pairing: story.slice(0, 4) });
    expect(late.pairing).toHaveLength(4);
    const next = apply(late, { seq: 2, pairing: third });
    expect(next.pairing).toHaveLength(5);
    const again = apply(next, { seq: 3, pairing: step("open", 9, { until: "2026-01-01T12:05:00.000Z" }) });
    expect(again.pairing).toHaveLength(1);
  });
});

test("a serial number is read as it is typed from a label", () => {
  expect(readSerial("keq0123456")).toBe("KEQ0123456");
  expect(readSerial(" KEQ 012 3456 ")).toBe("KEQ0123456");
  expect(["KEQ012345", "KEQ01234567", "1EQ0123456", ""].map(readSerial)).toEqual([null, null, null, null]);
});
