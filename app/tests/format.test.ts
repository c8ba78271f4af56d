import { describe, expect, test } from "vitest";
import type { HistoryAnswer } from "../src/api/types";
import { pauseMs } from "../src/api/backoff";
import { about, age, bytes, decibels, nextAgeMs, pause, quantity, seconds, span, stepped } from "../src/state/format";
import { checkPassword } from "../src/state/password";
import { parse, setupToken, tabOf } from "../src/state/route";
import { columns, extremes, favourite, stateColumns, tableRows } from "../src/state/series";
import { LEVEL, TARGET, TEMPERATURE } from "./samples";

describe("ages", () => {
  test("read as people say them, in both languages", () => {
    expect(age(0, 12_000, "de")).toBe("vor 12 Sek.");
    expect(age(0, 12_000, "en")).toBe("12 sec. ago");
    expect(age(0, 3 * 3_600_000, "en")).toBe("3 hr. ago");
  });

  test("never lie in the future when clocks differ", () => {
    expect(age(10_000, 0, "en")).toBe("0 sec. ago");
  });

  test("say when they change", () => {
    expect(nextAgeMs(0, 12_400)).toBe(620);
    expect(nextAgeMs(0, 61_000)).toBe(59_020);
  });
});

test("quantities have their unit and the language's comma", () => {
  expect(quantity(21.34, TEMPERATURE, "de")).toBe("21,3\u202f°C");
  expect(quantity(21, TARGET, "en")).toBe("21.0\u202f°C");
  expect(quantity(1150, { ...TEMPERATURE, unit: "W", step: 0.01 }, "en")).toBe("1,150\u202fW");
  expect(quantity(0.4, LEVEL, "en")).toBe("40%");
});

test("a minus is a minus sign, not a hyphen", () => {
  expect(decibels(-61.54, "de")).toBe("\u221262\u202fdBm");
  expect(decibels(-61.54, "en")).toBe("\u221262\u202fdBm");
  expect(quantity(-3.2, TEMPERATURE, "de")).toBe("\u22123,2\u202f°C");
});

test("a set point moves by its step and stays inside its range", () => {
  expect(stepped(20.3, 1, TARGET)).toBe(21);
  expect(stepped(30.5, 1, TARGET)).toBe(30.5);
  expect(stepped(4.5, -1, TARGET)).toBe(4.5);
});

test("a pause is told in seconds or minutes, never too short", () => {
  expect(pause(29_400, "de")).toBe("30 Sekunden");
  expect(pause(754_000, "de")).toBe("13 Minuten");
  expect(pause(754_000, "en")).toBe("13 minutes");
});

test("sizes and spans are short", () => {
  expect(bytes(1834, "de")).toBe("1,8 kB");
  expect(span((6 * 24 + 3) * 3_600_000, "en")).toBe("6d 3h");
});

test("a password is counted by characters, 10 to 256", () => {
  expect(checkPassword("123456789")).toEqual({ state: "short", missing: 1 });
  expect(checkPassword("ähm, zehn!")).toEqual({ state: "good" });
  expect(checkPassword("🏠".repeat(10))).toEqual({ state: "good" });
  expect(checkPassword("x".repeat(257))).toEqual({ state: "long" });
});

describe("addresses in the app", () => {
  test("name their page and tab", () => {
    expect(parse("")).toEqual({ page: "home" });
    expect(parse("#/device/bidcos%3ASIM0000001")).toEqual({ page: "device", address: "bidcos:SIM0000001", part: "overview" });
    expect(parse("#/settings/base/diagnosis")).toEqual({ page: "diagnosis" });
    expect(parse("#/rooms/%E0")).toEqual({ page: "unknown" });
    expect(tabOf(parse("#/settings/base/diagnosis"))).toBe("more");
  });

  test("a set-up token is found in its own form only", () => {
    expect(setupToken("#setup=abc_DEF-1")).toBe("abc_DEF-1");
    expect(setupToken("#setup=")).toBeNull();
    expect(setupToken("#/setup=abc")).toBeNull();
  });
});

test("pauses double, are spread, and end at 15 s", () => {
  expect([pauseMs(0, 0), pauseMs(0, 1), pauseMs(1, 1)]).toEqual([125, 250, 500]);
  expect(pauseMs(40, 1)).toBe(15_000);
});

describe("history", () => {
  const answer: HistoryAnswer = {
    id: "x",
    unit: null,
    resolution_s: 900,
    points: [
      [0, 20, 19, 21],
      [900_000, 22, 21, 25],
      [3_600_000, 10, 10, 10],
    ],
  };

  test("keeps the extremes that a mean would hide", () => {
    expect(extremes(answer, 4_500_000)).toEqual({ min: 10, mean: 52 / 3, max: 25 });
    expect(extremes({ ...answer, points: [] }, 0)).toBeNull();
  });

  test("a mean is weighed by time: the slot that goes on weighs as long as it is old", () => {
    // 20 and 22 for 15 minutes each, 10 for five so far: (20 * 15 + 22 * 15 + 10 * 5) / 35
    expect(extremes(answer, 3_900_000)?.mean).toBeCloseTo(680 / 35);
    const [row] = tableRows({ ...answer, points: [[0, 20, 20, 20], [900_000, 30, 30, 30]] }, "day", 1_200_000);
    expect(row?.mean).toBeCloseTo((20 * 15 + 30 * 5) / 20);
  });

  test("is a table short enough to read, newest first", () => {
    expect(tableRows(answer, "day", 4_500_000)).toEqual([
      { atMs: 3_600_000, mean: 10, min: 10, max: 10 },
      { atMs: 0, mean: 21, min: 19, max: 25 },
    ]);
  });

  test("becomes columns in seconds and the shown unit", () => {
    expect(columns(answer, 100)).toMatchObject({ times: [0, 900, 3600], means: [2000, 2200, 1000] });
  });

  test("of a state shows the highest of each while, and goes on until now", () => {
    const state: HistoryAnswer = { ...answer, points: [[0, 0.5, 0, 1], [60_000, 0, 0, 0]] };
    expect(stateColumns(state, 120_000)).toMatchObject({ times: [0, 60, 120], means: [1, 0, 0] });
    expect(stateColumns({ ...answer, points: [] }, 1).times).toEqual([]);
  });

  test("begins with what people look at", () => {
    expect(favourite(["a:1.SET_TEMPERATURE", "a:1.ACTUAL_TEMPERATURE"])).toBe("a:1.ACTUAL_TEMPERATURE");
    expect(favourite([])).toBeNull();
  });
});

test("a forecast is rounded to what one can plan with", () => {
  expect(about(20_000, "en")).toBe("1 minute");
  expect(about(12 * 60_000 + 20_000, "de")).toBe("12 Minuten");
  expect(about(100 * 60_000, "en")).toBe("2 hours");
  expect(seconds(4240, "en")).toBe("4.2 sec");
  expect(seconds(27_400, "de")).toBe("27 Sek.");
});
