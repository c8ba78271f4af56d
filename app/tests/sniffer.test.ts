import { describe, expect, test } from "vitest";
import type { RadioFrame } from "../src/api/radio";
import { channelOf, flagNames, FRAMES_SHOWN, grouped, header, matching, meaningKeys, newest, parties } from "../src/state/sniffer";

// a switch turned on: counter 5A, flags A0, type 11, from F1ABCD to 1F2E3D, "set level" of channel 1
const ON = "0E5AA011F1ABCD1F2E3D0201C80000";

const frame = (number: number, data = ON): RadioFrame => ({
  number,
  at: "2026-01-01T00:00:00.000Z",
  sent: true,
  data,
  rssi_dbm: null,
  sender: null,
  receiver: "bidcos:LAMP",
  to_us: false,
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

describe("who sent a frame and who is meant", () => {
  const of = (data: string, over: Partial<RadioFrame> = {}) => {
    const found = header(data);
    return found === null ? null : parties({ ...frame(1, data), ...over }, found);
  };

  test("is told with the channel, where the frame names one", () => {
    expect(of(ON)).toEqual({ from: { who: "us" }, to: { who: "device", device: "bidcos:LAMP", channel: 1 } });
    const press = { sent: false, sender: "bidcos:KEYS", receiver: null, to_us: true };
    expect(of("0B07A440AAAAAAF1ABCD4203", press)).toEqual({
      from: { who: "device", device: "bidcos:KEYS", channel: 2 },
      to: { who: "us" },
    });
    expect(of("0E07800211111122222201034C0041", { sent: false, sender: "bidcos:A", receiver: "bidcos:B" })).toEqual({
      from: { who: "device", device: "bidcos:A", channel: 3 },
      to: { who: "device", device: "bidcos:B", channel: null },
    });
  });

  test("is a stranger's address, or everybody", () => {
    const foreign = { sent: false, sender: null, receiver: null };
    expect(of("0C0684703333330000000001F2", foreign)).toEqual({
      from: { who: "stranger", radio: "333333" },
      to: { who: "everybody" },
    });
    expect(of("0A018002333333444444", foreign)?.to).toEqual({ who: "stranger", radio: "444444" });
  });

  test("names no channel where the frame ends before it", () => {
    const cut = header("0901A040F1ABCD1F2E3D");
    expect(cut === null ? null : channelOf(cut)).toEqual({ sender: null, receiver: null });
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
    const names = ({ number }: RadioFrame) => (number === 1 ? "home base Floor lamp" : "home base Blind");
    expect(matching(frames, "f1 ab cd", names).map((one) => one.number)).toEqual([1]);
    expect(matching(frames, "floor LAMP", names).map((one) => one.number)).toEqual([1]);
    expect(matching(frames, "home base", names)).toHaveLength(2);
    expect(matching(frames, " ", names)).toBe(frames);
  });
});
