import { expect, test } from "vitest";
import { describe as describeId, facesOf, kindOf, place, sectionOf, shownIds } from "../src/state/faces";
import { channel, device, LEVEL, light, parameter, TARGET, TEMPERATURE } from "./samples";

test("a channel's kind comes from what it can do", () => {
  expect(kindOf(channel(1, "SWITCH", { STATE: parameter({ writable: true }) }))).toBe("switch");
  expect(kindOf(channel(1, "DIMMER", { LEVEL, STOP: parameter({ type: "ACTION", writable: true }) }))).toBe("dimmer");
  expect(kindOf(channel(1, "BLIND", { LEVEL, STOP: parameter({ type: "ACTION", writable: true }) }))).toBe("blind");
  expect(kindOf(channel(2, "THERMALCONTROL_TRANSMIT", { SET_TEMPERATURE: TARGET }))).toBe("thermostat");
  expect(kindOf(channel(1, "SHUTTER_CONTACT", { STATE: parameter() }))).toBe("contact");
  expect(kindOf(channel(1, "SMOKE_DETECTOR", { STATE: parameter() }))).toBe("smoke");
  expect(kindOf(channel(1, "MOTION_DETECTOR", { MOTION: parameter() }))).toBe("motion");
  expect(kindOf(channel(1, "KEY", { PRESS_SHORT: parameter({ type: "ACTION", readable: false }) }))).toBe("button");
  expect(kindOf(channel(1, "WEATHER", { TEMPERATURE }))).toBe("climate");
  expect(kindOf(channel(2, "VIRTUAL_DIMMER", { LEVEL }))).toBeNull();
  expect(kindOf(channel(0, "MAINTENANCE", { LOWBAT: parameter() }))).toBeNull();
});

test("a lock, a siren and a window drive get no switch on a tile", () => {
  const state = { STATE: parameter({ writable: true }) };
  expect(kindOf(channel(1, "KEYMATIC", state))).toBe("other");
  expect(kindOf(channel(1, "SWITCH", { ...state, ERROR_SABOTAGE: parameter() }))).toBe("other");
  expect(kindOf(channel(1, "WINMATIC", { LEVEL, STOP: parameter({ type: "ACTION", writable: true }) }))).toBe("other");
});

test("a metering switch is one tile that also shows its power", () => {
  const meter = device("bidcos:M1", [
    channel(1, "SWITCH", { STATE: parameter({ writable: true }) }),
    channel(2, "POWERMETER", { POWER: parameter({ type: "FLOAT", unit: "W" }) }),
  ]);
  const faces = facesOf(meter);
  expect(faces.map((face) => face.kind)).toEqual(["switch"]);
  expect(faces.flatMap(shownIds)).toEqual(["bidcos:M1:1.STATE", "bidcos:M1:2.POWER"]);
});

test("a remote with four keys is one tile, a double switch two with numbers", () => {
  const press = { PRESS_SHORT: parameter({ type: "ACTION", readable: false }) };
  const remote = device("bidcos:R1", [1, 2, 3, 4].map((index) => channel(index, "KEY", press)));
  expect(facesOf(remote)).toHaveLength(1);
  const relay = { STATE: parameter({ writable: true }) };
  const two = device("bidcos:S2", [channel(1, "SWITCH", relay), channel(2, "SWITCH", relay)]);
  expect(facesOf(two).map((face) => [face.id, face.numbered])).toEqual([
    ["bidcos:S2:1", true],
    ["bidcos:S2:2", true],
  ]);
});

test("an id is taken apart and described, nonsense is not", () => {
  expect(place("bidcos:A1:1.STATE")).toEqual({ device: "bidcos:A1", channel: 1, parameter: "STATE" });
  expect(place("nonsense")).toBeNull();
  expect(describeId(new Map([[light.address, light]]), "bidcos:A1:1.STATE")?.writable).toBe(true);
  expect(describeId(new Map(), "bidcos:A1:1.STATE")).toBeNull();
});

test("lights and sockets stand together", () => {
  expect([sectionOf("switch"), sectionOf("dimmer"), sectionOf("smoke")]).toEqual(["light", "light", "sensor"]);
});
