// What devices and tiles are called. Pure.

import type { Device, Room } from "../api/types";
import type { Texts } from "../texts";
import { type Face, facesOf } from "./faces";

/** The owner's name for a device; else what it is and its address, so that two of a kind can be told apart. */
export function deviceName(device: Device, texts: Texts): string {
  if (device.name !== null && device.name !== "") return device.name;
  const kind = facesOf(device)[0]?.kind ?? "other";
  return `${texts.t(`kind.${kind}`)} ${device.address.slice(-4)}`;
}

/** A device's name; with its room, where another device of the home is called the same. */
export function distinctName(device: Device, devices: Iterable<Device>, rooms: readonly Room[], texts: Texts): string {
  const name = deviceName(device, texts);
  const room = roomName(rooms, device.room);
  const shared = room !== null && [...devices].some((other) => other !== device && other.name === name);
  return shared ? texts.t("device.inroom", { name, room }) : name;
}

export function faceName(face: Face, texts: Texts): string {
  const name = deviceName(face.device, texts);
  return face.numbered ? texts.t("tile.channel", { name, index: face.channel.index }) : name;
}

export function roomName(rooms: readonly Room[], id: string | null): string | null {
  return rooms.find((room) => room.id === id)?.name ?? null;
}

/** Devices by name, as people sort them. */
export function sorted(devices: Iterable<Device>, texts: Texts): Device[] {
  const collator = new Intl.Collator(texts.language, { numeric: true });
  return [...devices]
    .map((device) => ({ device, name: deviceName(device, texts) }))
    .sort((a, b) => collator.compare(a.name, b.name))
    .map(({ device }) => device);
}

/** Name for a device just taught in: what it is, and where. */
export function suggestName(device: Device, room: string | null, texts: Texts): string {
  const kind = texts.t(`kind.${facesOf(device)[0]?.kind ?? "other"}`);
  return texts.t("teach.suggest", { kind, room: room ?? "" }).trim();
}
