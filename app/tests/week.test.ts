import { describe, expect, test } from "vitest";
import type { Day, Week } from "../src/api/memory";
import {
  canSplit, changedDays, clockText, copyDay, endRange, faultOf, moveEnd, periodAt, readClock, remove, split, tidy, warm,
  withDay,
} from "../src/state/week";

const day: Day = [
  { until_minutes: 360, temperature_celsius: 17 },
  { until_minutes: 1320, temperature_celsius: 21 },
  { until_minutes: 1440, temperature_celsius: 17 },
];
const week: Week = Array.from({ length: 7 }, () => day);

describe("times of day", () => {
  test("are read as people type them, rounded to five minutes", () => {
    expect(["6:30", "06:32", "0630", "24:00", "25:00", "6:61", "noon", ""].map(readClock)).toEqual([
      390, 390, 390, 1440, null, null, null, null,
    ]);
    expect([0, 390, 1440].map(clockText)).toEqual(["00:00", "06:30", "24:00"]);
  });
});

describe("a day", () => {
  test("keeps its order when an end is moved, however far", () => {
    expect(moveEnd(day, 0, 420)[0]?.until_minutes).toBe(420);
    expect(moveEnd(day, 0, 5000)[0]?.until_minutes).toBe(1315);
    expect(moveEnd(day, 1, -5)[1]?.until_minutes).toBe(365);
    expect(moveEnd(day, 2, 600)).toBe(day);
    expect(endRange(day, 1)).toEqual([365, 1435]);
  });

  test("stays within the thermostat's temperatures", () => {
    expect(warm(day, 0, 17.3)[0]?.temperature_celsius).toBe(17.5);
    expect(warm(day, 0, 99)[0]?.temperature_celsius).toBe(30);
    expect(warm(day, 0, -5)[0]?.temperature_celsius).toBe(5);
  });

  test("is divided in halves until there is no room", () => {
    expect(split(day, 1).map((period) => period.until_minutes)).toEqual([360, 840, 1320, 1440]);
    const short: Day = [{ until_minutes: 5, temperature_celsius: 17 }, { until_minutes: 1440, temperature_celsius: 17 }];
    expect(canSplit(short, 0)).toBe(false);
    let full: Day = [{ until_minutes: 1440, temperature_celsius: 20 }];
    for (let round = 0; round < 20; round++) full = split(full, full.findIndex((_, at) => canSplit(full, at)));
    expect(full).toHaveLength(13);
    expect(faultOf(withDay(week, 0, full))).toBeNull();
  });

  test("ends with the day whatever is taken away, and keeps one period", () => {
    expect(remove(day, 2).map((period) => period.until_minutes)).toEqual([360, 1440]);
    expect(remove(day, 0).map((period) => period.until_minutes)).toEqual([1320, 1440]);
    expect(remove([{ until_minutes: 1440, temperature_celsius: 20 }], 0)).toHaveLength(1);
  });

  test("is tidied: neighbours of one temperature are one period", () => {
    expect(tidy(split(day, 1))).toEqual(day);
  });

  test("knows the period of a minute", () => {
    expect([0, 359, 360, 1439, 1440].map((minute) => periodAt(day, minute))).toEqual([0, 0, 1, 2, 2]);
  });
});

describe("a week", () => {
  test("takes a day over to others and says which changed", () => {
    const next = copyDay(withDay(week, 0, warm(day, 1, 22)), 0, new Set([2, 6]));
    expect(changedDays(week, next)).toEqual([0, 2, 6]);
    expect(copyDay(week, 9, new Set([1]))).toBe(week);
  });

  test("is not written when it is no week", () => {
    const with0 = (next: Day) => faultOf(withDay(week, 0, next));
    expect(faultOf(week)).toBeNull();
    expect(faultOf(week.slice(1))).toBe("shape");
    expect(with0([])).toBe("shape");
    expect(with0(day.slice(0, 2))).toBe("end");
    expect(with0([...day].reverse())).toBe("end");
    expect(with0([{ until_minutes: 360, temperature_celsius: 17 }, ...day])).toBe("order");
    expect(with0([{ until_minutes: 1440, temperature_celsius: 30.5 }])).toBe("range");
    expect(with0(Array.from({ length: 14 }, (_, at) => ({ until_minutes: at === 13 ? 1440 : 5 * (at + 1), temperature_celsius: 20 })))).toBe("many");
  });
});
