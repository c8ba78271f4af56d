// Which devices can take a broken one's place, and what is said about what can't move. Pure.

import type { Device } from "../api/types";

/** Whether `next` has every channel of `old`; the hub has the last word. */
export function alike(old: Device, next: Device): boolean {
  if (old.address === next.address) return false;
  const types = new Map(next.channels.map(({ index, type }) => [index, type]));
  return old.channels.every(({ index, type }) => types.get(index) === type);
}

/** Possible successors, the same model first. */
export function successors(old: Device, devices: Iterable<Device>): Device[] {
  const found = [...devices].filter((device) => alike(old, device));
  return [...found.filter((one) => one.model === old.model), ...found.filter((one) => one.model !== old.model)];
}

export interface LeftOut {
  code: string;
  /** A channel or device of the home, or a radio address. */
  where: string;
  /** A parameter's or a partner's name; empty where there is none. */
  name: string;
}

/** The parts of `no_such_parameter:bidcos:A1:1 NAME`. */
export function readLeftOut(text: string): LeftOut {
  const [, code = text, where = "", name = ""] = /^(\w+):(\S+)(?: (.*))?$/.exec(text) ?? [];
  return { code, where, name };
}
