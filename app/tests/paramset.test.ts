import { describe, expect, test } from "vitest";
import type { Paramset } from "../src/api/memory";
import { edit, memoryChannels, readNumber, type Row, rows, search, specialOf, wakesBy } from "../src/state/paramset";
import { isPlain, plainName, rangeText, typed, valueText } from "../src/pages/device/parameters";
import { technical } from "../src/texts/technical";
import { channel, device, parameter } from "./samples";

const TRIES = parameter({ type: "INTEGER", min: 1, max: 10, step: 1, writable: true });
const TIME = parameter({ type: "FLOAT", unit: "s", min: 0, max: 108000, writable: true, special: { NOT_USED: 111600 } });
const set: Paramset = {
  channel: "bidcos:A1:1",
  paramset: "MASTER",
  peer: null,
  read_at: null,
  told_at: { TRANSMIT_TRY_MAX: null, SHORT_ON_TIME: null },
  reading: false,
  values: { TRANSMIT_TRY_MAX: 6, SHORT_ON_TIME: 111600 },
  pending: { TRANSMIT_TRY_MAX: 4 },
  parameters: { TRANSMIT_TRY_MAX: TRIES, SHORT_ON_TIME: TIME, LOAD_ODD_BITS: parameter({ writable: true }) },
};
const { de, en } = technical;
const all = rows(set, (name) => isPlain(name, en));
const [tries, time] = all as [Row, Row];

describe("a paramset", () => {
  test("has a row per parameter, with what waits and whether it has plain words", () => {
    expect(all.map((row) => [row.name, row.value, row.waiting, row.known])).toEqual([
      ["TRANSMIT_TRY_MAX", 6, 4, true],
      ["SHORT_ON_TIME", 111600, undefined, true],
      ["LOAD_ODD_BITS", undefined, undefined, false],
    ]);
  });

  test("is searched by plain and by CCU name", () => {
    const names = (text: string) => search(all, text, (name) => plainName(name, en)).map((row) => row.name);
    expect(names("attempts")).toEqual(["TRANSMIT_TRY_MAX"]);
    expect(names("odd bits")).toEqual(["LOAD_ODD_BITS"]);
    expect(names("SHORT_ON")).toEqual(["SHORT_ON_TIME"]);
    expect(names("")).toHaveLength(3);
    expect(names("nothing such")).toEqual([]);
  });

  test("keeps only real differences in the draft, measured against what already waits", () => {
    const draft = edit({}, tries, 5);
    expect(draft).toEqual({ TRANSMIT_TRY_MAX: 5 });
    expect(edit(draft, tries, 4)).toEqual({});
    expect(edit({}, time, 111600.0000001)).toEqual({});
  });
});

describe("a number as it is typed", () => {
  test("may have a comma, must be in range, or be a special value", () => {
    expect(readNumber("1,5", TIME)).toEqual({ value: 1.5 });
    expect(readNumber("111600", TIME)).toEqual({ value: 111600 });
    expect(readNumber("", TIME)).toEqual({ fault: "empty" });
    expect(readNumber("soon", TIME)).toEqual({ fault: "number" });
    expect(readNumber("-1", TIME)).toEqual({ fault: "low" });
    expect(readNumber("108001", TIME)).toEqual({ fault: "high" });
    expect(readNumber("1e999", TIME)).toEqual({ fault: "number" });
    expect(readNumber("2.5", TRIES)).toEqual({ fault: "step" });
  });

  test("is known by its special name", () => {
    expect(specialOf(111600, TIME)).toBe("NOT_USED");
    expect(specialOf(5, TIME)).toBeNull();
  });
});

describe("plain words", () => {
  test("stand for names, also of link parameters for a short or long press", () => {
    expect(plainName("SHORT_ON_TIME", de)).toBe("Bleibt an für (kurzer Druck)");
    expect(plainName("LOAD_ODD_BITS", de)).toBe("load odd bits");
  });

  test("stand for values, with units, special values and ranges", () => {
    expect(valueText(111600, TIME, de)).toBe("nicht benutzt");
    expect(valueText(30, TIME, de)).toBe("30\u202fs");
    expect(valueText(undefined, TIME, en)).toBe("not read");
    expect(valueText(false, parameter(), en)).toBe("no");
    expect(valueText(1, parameter({ type: "ENUM", enum: ["POWERUP_OFF", "POWERUP_ON"] }), en)).toBe("switches on");
    expect(rangeText(TIME, en)).toBe("0\u202fs to 108,000\u202fs or not used");
  });

  test("put shares as percent into the field, with the language's decimal sign", () => {
    const level = parameter({ type: "FLOAT", min: 0, max: 1 });
    expect(typed(0.4, level, "de")).toBe("40");
    expect(typed(2.1, parameter({ type: "FLOAT", min: 2, max: 2.5 }), "de")).toBe("2,1");
    expect(typed(undefined, level, "de")).toBe("");
  });
});

test("virtual channels remember nothing of their own", () => {
  const dimmer = device("bidcos:D", [channel(1, "DIMMER", {}), channel(2, "VIRTUAL_DIMMER", {})]);
  expect(memoryChannels(dimmer)).toEqual([0, 1]);
});

test("what wakes a device is the quickest of its ways to listen", () => {
  expect(wakesBy(["config"])).toBe("config");
  expect(wakesBy(["config", "wake_up"])).toBe("wake_up");
  expect(wakesBy(["config", "wake_up", "lazy_config"])).toBe("lazy_config");
  expect(wakesBy(["burst", "config"])).toBe("always");
});

test("a week program is not shown as two hundred single settings", () => {
  const parameters = { TEMPERATURE_COMFORT: TIME, TEMPERATURE_MONDAY_1: TIME, ENDTIME_SATURDAY_13: TIME, P2_ENDTIME_SUNDAY_4: TIME };
  expect(rows({ ...set, parameters }, () => true).map((row) => row.name)).toEqual(["TEMPERATURE_COMFORT"]);
});
