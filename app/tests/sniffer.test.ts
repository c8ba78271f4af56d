import { describe, expect, test } from "vitest";
import type { RadioFrame } from "../src/api/radio";
import { flagNames, FRAMES_SHOWN, grouped, header, matching, meaningKeys, newest } from "../src/state/sniffer";

// a switch turned on: counter 5A, flags A0, type 11, from F1ABCD to 1F2E3D, "set level" of channel 1
const ON = "0E5AA011F1ABCD1F2E3D0201C80000";

const frame = (number: number, data = ON): RadioFrame => ({
  number,
  at: "2026-01-01T00:00:00.000Z",
  sent: true,
  data,
  rssi_dbm: null,
});

describe("a frame's header", () => {
  test("is read from its bytes", () => {
    expect(header(ON)).toEqual({
      counter: 0x5a,
      flags: 0xa0,
      kind: 0x11,
      sender: "F1ABCD",
      receiver: "1F2E3D",
      payload: "0201C80000",
    });
  });

  test("is null for noise", () => {
    expect(["", "0E", "xyz", "0E5AA011F1ABCD1F2E3", "0E5AA011F1ABCD1F2E"].map(header)).toEqual([null, null, null, null, null]);
  });

  test("names its flags, and its meaning the most exact first", () => {
    expect(flagNames(0xb3)).toEqual(["wake_up", "listens", "burst", "wants_answer"]);
    const found = header(ON);
    expect(found === null ? [] : meaningKeys(found)).toEqual(["11.02", "11"]);
    const config = header("10" + "01A001F1ABCD1F2E3D" + "0105000000000000");
    expect(config === null ? [] : meaningKeys(config)).toEqual(["01.05", "01"]);
    const bare = header("0901A012F1ABCD1F2E3D");
    expect(bare === null ? [] : meaningKeys(bare)).toEqual(["12"]);
  });

  test("is shown in groups", () => {
    expect(grouped(ON)).toBe("0E 5A A0 11 · F1ABCD · 1F2E3D · 02 01 C8 00 00");
    expect(grouped("0e")).toBe("0E");
  });
});

describe("the list of frames", () => {
  test("is newest first, without doubles, and bounded", () => {
    const first = newest([], [frame(1), frame(2)]);
    expect(newest(first, [frame(2), frame(3)]).map((one) => one.number)).toEqual([3, 2, 1]);
    const many = Array.from({ length: FRAMES_SHOWN + 50 }, (_, number) => frame(number));
    expect(newest([], many)).toHaveLength(FRAMES_SHOWN);
    expect(newest([], many)[0]?.number).toBe(FRAMES_SHOWN + 49);
  });

  test("can be narrowed to an address or bytes", () => {
    const frames = [frame(1), frame(2, "0901A012AAAAAABBBBBB")];
    expect(matching(frames, "f1 ab cd").map((one) => one.number)).toEqual([1]);
    expect(matching(frames, " ")).toBe(frames);
  });
});
