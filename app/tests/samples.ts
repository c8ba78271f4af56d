// Devices as the hub describes them, for the tests of pure code.

import type { Channel, Datapoint, Device, Origin, Parameter, Value } from "../src/api/types";

export const parameter = (over: Partial<Parameter> = {}): Parameter => ({
  type: "BOOL",
  unit: null,
  min: null,
  max: null,
  step: null,
  enum: [],
  special: {},
  readable: true,
  writable: false,
  event: true,
  category: "device_state",
  ...over,
});

export const channel = (index: number, type: string, parameters: Record<string, Parameter>): Channel => ({
  index,
  type,
  parameters,
});

export const device = (address: string, channels: Channel[], over: Partial<Device> = {}): Device => ({
  address,
  model: "HM-Test",
  firmware: "1.0",
  name: null,
  room: null,
  reachable: true,
  pending: false,
  channels: [channel(0, "MAINTENANCE", { UNREACH: parameter(), LOWBAT: parameter() }), ...channels],
  ...over,
});

export const LEVEL = parameter({ type: "FLOAT", min: 0, max: 1, writable: true });
export const TARGET = parameter({ type: "FLOAT", unit: "°C", min: 4.5, max: 30.5, step: 0.5, writable: true });
export const TEMPERATURE = parameter({ type: "FLOAT", unit: "°C", min: -10, max: 56, step: 0.1 });

export const light = device("bidcos:A1", [channel(1, "SWITCH", { STATE: parameter({ writable: true }) })]);

export const point = (id: string, value: Value, at = "2026-01-01T12:00:00.000Z", origin: Origin = "reported"): Datapoint => ({
  id,
  value,
  unit: null,
  at,
  origin,
});
