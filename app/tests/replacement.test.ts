import { expect, test } from "vitest";
import { alike, readLeftOut, successors } from "../src/state/replacement";
import { channel, device } from "./samples";

const lamp = device("bidcos:A", [channel(1, "SWITCH", {})], { model: "HM-LC-Sw1-Pl-2" });
const twin = device("bidcos:B", [channel(1, "SWITCH", {})], { model: "HM-LC-Sw1-Pl-2" });
const cousin = device("bidcos:C", [channel(1, "SWITCH", {})], { model: "HM-LC-Sw1-FM" });
const double = device("bidcos:D", [channel(1, "SWITCH", {}), channel(2, "SWITCH", {})]);
const dimmer = device("bidcos:E", [channel(1, "DIMMER", {})]);

test("a successor has every channel of the old device, and the same model comes first", () => {
  expect(successors(lamp, [lamp, cousin, dimmer, double, twin]).map((one) => one.address)).toEqual([
    "bidcos:B",
    "bidcos:C",
    "bidcos:D",
  ]);
  expect(alike(double, lamp)).toBe(false);
});

test("what can't move is read as code, place and name", () => {
  expect(readLeftOut("no_such_parameter:bidcos:A:1 TRANSMIT_TRY_MAX")).toEqual({
    code: "no_such_parameter",
    where: "bidcos:A:1",
    name: "TRANSMIT_TRY_MAX",
  });
  expect(readLeftOut("not_read:bidcos:A:2")).toEqual({ code: "not_read", where: "bidcos:A:2", name: "" });
  expect(readLeftOut("odd")).toEqual({ code: "odd", where: "", name: "" });
});
