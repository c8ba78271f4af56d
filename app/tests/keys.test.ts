import { describe, expect, test } from "vitest";
import type { Keys, KeyState } from "../src/api/radio";
import { keyGroups, numbered, passphraseFault, sheetMissing } from "../src/state/keys";

const keys = (...states: KeyState[]): Keys => ({
  index: 1,
  sheet_checked: false,
  devices: states.map((state, at) => ({ device: `bidcos:${at}`, state, index: 1 })),
});

describe("keys of devices", () => {
  test("are grouped, what needs somebody first", () => {
    const found = keyGroups(keys("system", "none", "foreign", "system"));
    expect(found.map((group) => [group.state, group.devices.length])).toEqual([["foreign", 1], ["system", 2], ["none", 1]]);
  });

  test("ask for a checked sheet once there is a key of one's own", () => {
    expect(sheetMissing(keys())).toBe(true);
    expect(sheetMissing({ ...keys(), sheet_checked: true })).toBe(false);
    expect(sheetMissing({ ...keys(), index: 0 })).toBe(false);
  });
});

test("a passphrase is typed twice, without spaces that paper loses", () => {
  expect(passphraseFault("abc", "abc")).toBe("short");
  expect(passphraseFault("x".repeat(257), "x".repeat(257))).toBe("long");
  expect(passphraseFault(" secret", " secret")).toBe("spaces");
  expect(passphraseFault("secret", "Secret")).toBe("differs");
  expect(passphraseFault("my secret", "my secret")).toBeNull();
});

test("words of a sheet are numbered from one", () => {
  expect(numbered(["one", "two"])).toEqual([{ number: 1, word: "one" }, { number: 2, word: "two" }]);
});
