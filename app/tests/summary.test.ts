import { expect, test } from "vitest";
import type { Datapoint } from "../src/api/types";
import { apply, EMPTY } from "../src/state/home";
import { roomSummary } from "../src/state/summary";
import { textsOf } from "../src/texts";
import { de } from "../src/texts/de";
import { en } from "../src/texts/en";
import { channel, device, light, parameter, point, TARGET, TEMPERATURE } from "./samples";

const thermostat = device("bidcos:T1", [
  channel(2, "THERMALCONTROL_TRANSMIT", { SET_TEMPERATURE: TARGET, ACTUAL_TEMPERATURE: TEMPERATURE }),
]);
const door = device("bidcos:D1", [channel(1, "SHUTTER_CONTACT", { STATE: parameter() })]);
const devices = [light, thermostat, door];

const said = (...snapshot: Datapoint[]) =>
  roomSummary(devices, apply(EMPTY, { seq: 1, snapshot, devices, rooms: [], drivers: [] }), textsOf({ de, en }, "en"));

test("a room says its warmth, what is on and what stands open, and nothing of what is at rest", () => {
  const warm = point("bidcos:T1:2.ACTUAL_TEMPERATURE", 20.5);
  expect(said(warm, point("bidcos:A1:1.STATE", true), point("bidcos:D1:1.STATE", true))).toEqual([
    "20.5\u202f°C",
    "1 switched on",
    "1 window open",
  ]);
  expect(said(warm, point("bidcos:A1:1.STATE", false), point("bidcos:D1:1.STATE", false))).toEqual(["20.5\u202f°C"]);
});

test("a target is no temperature, and a doubtful one is not told as the room's", () => {
  expect(said(point("bidcos:T1:2.SET_TEMPERATURE", 21))).toEqual([]);
  expect(said(point("bidcos:T1:2.ACTUAL_TEMPERATURE", 20.5, undefined, "restored"))).toEqual([]);
});
