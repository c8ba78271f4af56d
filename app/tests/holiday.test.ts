import { expect, test } from "vitest";
import { ending, fieldText, holidayFault, nextHalfHour, submission } from "../src/state/holiday";

const at = (month: number, day: number, hour: number, minute: number) => new Date(2026, month - 1, day, hour, minute);

test("a holiday is told as the CCU tells it: temperature, begin and end in minutes, day, month, year", () => {
  expect(submission(at(8, 20, 20, 0), at(9, 3, 23, 30), 17)).toBe("17.0,1200,20,8,26,1410,3,9,26");
  expect(submission(at(8, 20, 20, 44), at(8, 21, 0, 10), 16.7)).toBe("16.5,1230,20,8,26,0,21,8,26");
});

test("it begins at the next half hour", () => {
  expect(fieldText(nextHalfHour(at(12, 31, 23, 45)))).toBe("2027-01-01T00:00");
  expect(fieldText(nextHalfHour(at(1, 1, 8, 0)))).toBe("2026-01-01T08:30");
});

test("its faults are named", () => {
  const now = at(5, 1, 12, 0);
  expect(holidayFault(at(5, 2, 0, 0), at(5, 3, 0, 0), 17, now)).toBeNull();
  expect(holidayFault(new Date(Number.NaN), at(5, 3, 0, 0), 17, now)).toBe("times");
  expect(holidayFault(at(5, 3, 0, 0), at(5, 2, 0, 0), 17, now)).toBe("order");
  expect(holidayFault(at(4, 1, 0, 0), at(4, 2, 0, 0), 17, now)).toBe("past");
  expect(holidayFault(at(5, 2, 0, 0), at(5, 3, 0, 0), 31, now)).toBe("temperature");
});

test("its end is read from what the thermostat tells: year, month, day, minutes", () => {
  expect(ending([26, 9, 3, 1410])).toEqual(at(9, 3, 23, 30));
  expect(ending([26, 9, undefined, 1410])).toBeNull();
  expect(ending([0, 0, 0, 0])).toBeNull();
});
