// The home as this page knows it: a pure function from messages to state.

import type { Datapoint, Device, Driver, EventMessage, Notification, PairingStep, Room } from "../api/types";

const PAIRING_STEPS_KEPT = 50;

export interface Home {
  loaded: boolean;
  /** What its people call it; "": not known yet. */
  name: string;
  devices: ReadonlyMap<string, Device>;
  rooms: readonly Room[];
  drivers: readonly Driver[];
  values: ReadonlyMap<string, Datapoint>;
  /** Steps of the running or last teach-in, oldest first. */
  pairing: readonly PairingStep[];
  /** Those that wait for somebody to look, most urgent first. */
  notifications: readonly Notification[];
}

export const EMPTY: Home = {
  loaded: false,
  name: "",
  devices: new Map(),
  rooms: [],
  drivers: [],
  values: new Map(),
  pairing: [],
  notifications: [],
};

/** The home after one message. A snapshot replaces what was known. */
export function apply(home: Home, message: EventMessage): Home {
  const whole = message.snapshot !== undefined;
  return {
    loaded: home.loaded || whole,
    name: message.home ?? home.name,
    devices: devicesAfter(home, message, whole),
    rooms: message.rooms ?? home.rooms,
    drivers: driversAfter(home.drivers, message.drivers, whole),
    values: valuesAfter(home, message),
    pairing: pairingAfter(home.pairing, message.pairing),
    notifications: message.notifications ?? home.notifications,
  };
}

/** The answer to our own command, unless the stream brought something newer meanwhile. */
export function answered(home: Home, datapoint: Datapoint): Home {
  const known = home.values.get(datapoint.id);
  if (known !== undefined && Date.parse(known.at) > Date.parse(datapoint.at)) return home;
  return { ...home, values: new Map(home.values).set(datapoint.id, datapoint) };
}

function devicesAfter(home: Home, message: EventMessage, whole: boolean): Home["devices"] {
  if (!whole && message.devices === undefined && message.removed === undefined) return home.devices;
  const devices = new Map(whole ? [] : home.devices);
  for (const device of message.devices ?? []) devices.set(device.address, device);
  for (const address of message.removed ?? []) devices.delete(address);
  return devices;
}

function driversAfter(old: readonly Driver[], news: Driver[] | undefined, whole: boolean): readonly Driver[] {
  if (news === undefined) return old;
  if (whole) return news;
  const changed = new Map(news.map((driver) => [driver.name, driver]));
  const kept = old.map((driver) => changed.get(driver.name) ?? driver);
  return [...kept, ...news.filter((driver) => !old.some((known) => known.name === driver.name))];
}

function valuesAfter(home: Home, message: EventMessage): Home["values"] {
  const { snapshot, changes, removed } = message;
  if (snapshot === undefined && changes === undefined && removed === undefined) return home.values;
  const values = new Map(snapshot === undefined ? home.values : snapshot.map((point) => [point.id, point]));
  for (const point of changes ?? []) values.set(point.id, point);
  for (const address of removed ?? []) {
    for (const id of values.keys()) if (id.startsWith(`${address}:`)) values.delete(id);
  }
  return values;
}

/** The steps of the latest window; a snapshot brings all of them, later messages one at a time. */
function pairingAfter(old: readonly PairingStep[], news: EventMessage["pairing"]): readonly PairingStep[] {
  if (news === undefined) return old;
  return Array.isArray(news) ? news.reduce(stepAfter, []) : stepAfter(old, news);
}

function stepAfter(old: readonly PairingStep[], step: PairingStep): readonly PairingStep[] {
  const begun = step.stage === "open" && (old.at(-1)?.stage !== "open" || old.at(-1)?.until !== step.until);
  return begun ? [step] : [...old, step].slice(-PAIRING_STEPS_KEPT);
}

/** Danger and alarms that nobody acknowledged. */
export function urgent(home: Home): Notification[] {
  return home.notifications.filter((one) => one.urgency === "danger" || one.urgency === "alarm");
}

/** The home after its people gave it another name; others hear of it with their next snapshot. */
export const called = (home: Home, { name }: { name: string }): Home => ({ ...home, name });

/** Drivers whose hardware is gone; the home's values are old until it is back. */
export function lostDrivers(home: Home): Driver[] {
  return home.drivers.filter((driver) => driver.state === "lost");
}
