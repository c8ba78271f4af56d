import { expect, test } from "vitest";
import type { Transfer } from "../src/api/histories";
import { askable, namesOf, readable } from "../src/state/cloud";
import { date } from "../src/state/format";

const TRANSFER: Transfer = {
  transfer: "ab",
  recipient: "shelf",
  day: "2026-11-28",
  at: "2026-11-29T10:00:00.000Z",
  bytes: 9000,
  fate: "delivered",
  refused: "",
  attempts: 0,
  next: null,
  deletion: { state: "waiting", due: "2027-05-28T10:00:00.000Z", attempts: 0, answer: "" },
};

test("a day is that of the values, wherever the phone is", () => {
  expect(date("2026-11-28", "en")).toBe("28 Nov 2026");
  expect(date("2026-11-28", "de")).toBe("28.11.2026");
});

test("what is sealed is shown whole: the same JSON, a quarter of an hour in a line", () => {
  const inside = { datapoint: "bidcos:JEQ0000001:4.POWER", unit: null, values: [[1, 20.5, 20, 21], [2, 1e-7, 0, 1]] as [number, number, number, number][] };
  expect(JSON.parse(readable(inside))).toEqual(inside);
  expect(readable(inside).split("\n")).toContain("    [1,20.5,20,21],");
});

test("a chosen value is called as its device and itself; one that is gone has no name", () => {
  const names = namesOf([{ device: "Bad", values: [{ id: "a:b:1.STATE", label: "Zustand" }] }]);
  expect([names.get("a:b:1.STATE"), names.get("a:c:1.STATE")]).toEqual(["Bad: Zustand", undefined]);
});

test("a deletion is asked for once it left, and again until it is confirmed", () => {
  const of = (change: Partial<Transfer>) => askable({ ...TRANSFER, ...change });
  const deletion = { due: "", attempts: 1, answer: "" };
  expect(of({})).toBe("first");
  expect(of({ fate: "" })).toBe("first");
  expect(of({ deletion: { ...deletion, state: "asked" } })).toBe("again");
  expect([of({ fate: "waiting" }), of({ deletion: null }), of({ deletion: { ...deletion, state: "confirmed" } })]).toEqual([null, null, null]);
});
