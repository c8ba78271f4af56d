// Which tiles a device shows: one per thing that can be controlled, else one for what it senses. Pure.

import type { Channel, Device, Parameter } from "../api/types";

export type Kind =
  | "switch"
  | "dimmer"
  | "blind"
  | "thermostat"
  | "contact"
  | "motion"
  | "climate"
  | "smoke"
  | "button"
  | "power"
  | "other";

export type Section = "light" | "blind" | "climate" | "sensor";

export interface Face {
  /** Address of the channel: unique in the home. */
  id: string;
  device: Device;
  channel: Channel;
  kind: Kind;
  /** Several controls in one device: told apart by the channel's number. */
  numbered: boolean;
}

const SECTION: Record<Kind, Section> = {
  switch: "light",
  dimmer: "light",
  blind: "blind",
  thermostat: "climate",
  climate: "climate",
  contact: "sensor",
  motion: "sensor",
  smoke: "sensor",
  button: "sensor",
  power: "sensor",
  other: "sensor",
};

export const sectionOf = (kind: Kind): Section => SECTION[kind];

const CONTROLS: ReadonlySet<Kind> = new Set<Kind>(["switch", "dimmer", "blind", "thermostat"]);

/**
 * What a channel is for, by its CCU type and what it can do; null: nothing to show.
 *
 * Only what may be switched by one careless tap becomes a control on a tile: locks, sirens, chimes and window
 * drives are "other" and keep their controls on the device's page.
 */
export function kindOf(channel: Channel): Kind | null {
  const { index, type, parameters: p } = channel;
  if (index === 0 || type.startsWith("VIRTUAL_")) return null;
  if (p.SET_TEMPERATURE?.writable) return "thermostat";
  if (type === "DIMMER" && p.LEVEL?.writable) return "dimmer";
  if (/^(BLIND|JALOUSIE)$/.test(type) && p.LEVEL?.writable) return "blind";
  if (type === "SWITCH" && p.STATE?.writable && p.ERROR_SABOTAGE === undefined) return "switch";
  if (type.includes("SMOKE")) return "smoke";
  if (p.MOTION !== undefined) return "motion";
  if (p.STATE !== undefined && /CONTACT|ROTARY|TILT/.test(type)) return "contact";
  if (p.POWER !== undefined) return "power";
  if (p.TEMPERATURE !== undefined || p.ACTUAL_TEMPERATURE !== undefined) return "climate";
  if (p.PRESS_SHORT !== undefined || p.PRESS_LONG !== undefined) return "button";
  return Object.values(p).some((parameter) => parameter.readable) ? "other" : null;
}

const ORDER: Kind[] = ["smoke", "contact", "motion", "climate", "power", "button", "other"];

/** The tiles of one device. */
export function facesOf(device: Device): Face[] {
  const all = device.channels.flatMap((channel) => {
    const kind = kindOf(channel);
    return kind === null ? [] : [{ channel, kind }];
  });
  const controls = all.filter((face) => CONTROLS.has(face.kind));
  const senses = [...all].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)).slice(0, 1);
  const shown = controls.length > 0 ? controls : senses;
  return shown.map(({ channel, kind }) => ({
    id: `${device.address}:${channel.index}`,
    device,
    channel,
    kind,
    numbered: controls.length > 1,
  }));
}

/** Ids of the values that a tile shows, the main one first. */
export function shownIds(face: Face): string[] {
  const wanted: Record<Kind, string[]> = {
    switch: ["STATE"],
    dimmer: ["LEVEL"],
    blind: ["LEVEL"],
    thermostat: ["SET_TEMPERATURE", "ACTUAL_TEMPERATURE", "VALVE_STATE", "ACTUAL_HUMIDITY", "HUMIDITY"],
    contact: ["STATE"],
    motion: ["MOTION"],
    smoke: ["STATE"],
    climate: ["TEMPERATURE", "ACTUAL_TEMPERATURE", "HUMIDITY", "ACTUAL_HUMIDITY"],
    power: ["POWER"],
    button: ["PRESS_SHORT", "PRESS_LONG"],
    other: readable(face.channel),
  };
  const own = wanted[face.kind].filter((name) => face.channel.parameters[name] !== undefined);
  return [...own.map((name) => `${face.id}.${name}`), ...beside(face)];
}

/** A metering switch shows its power, a thermostat what another channel of it measures. */
function beside(face: Face): string[] {
  const wanted =
    face.kind === "switch" ? ["POWER"] : face.kind === "thermostat" ? ["ACTUAL_TEMPERATURE", "ACTUAL_HUMIDITY"] : [];
  return wanted
    .filter((name) => face.channel.parameters[name] === undefined)
    .flatMap((name) =>
      face.device.channels
        .filter((channel) => channel.index > 0 && channel.parameters[name] !== undefined)
        .slice(0, 1)
        .map((channel) => `${face.device.address}:${channel.index}.${name}`),
    );
}

function readable(channel: Channel): string[] {
  return Object.entries(channel.parameters)
    .filter(([, parameter]) => parameter.readable)
    .slice(0, 2)
    .map(([name]) => name);
}

export interface Place {
  device: string;
  channel: number;
  parameter: string;
}

/** The parts of a datapoint's id, `bidcos:SIM0000001:1.STATE`; null for anything else. */
export function place(id: string): Place | null {
  const parts = /^(.+):(\d+)\.([A-Z0-9_]+)$/.exec(id);
  if (parts === null) return null;
  const [, device, channel, parameter] = parts;
  return device === undefined || channel === undefined || parameter === undefined
    ? null
    : { device, channel: Number(channel), parameter };
}

/** The description behind a datapoint's id. */
export function describe(devices: ReadonlyMap<string, Device>, id: string): Parameter | null {
  const at = place(id);
  if (at === null) return null;
  const channel = devices.get(at.device)?.channels.find((candidate) => candidate.index === at.channel);
  return channel?.parameters[at.parameter] ?? null;
}
