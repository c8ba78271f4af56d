// A device's parameters as people change them: what is shown, what may be entered, what is different. Pure.

import type { Paramset } from "../api/memory";
import type { Device, Parameter, Value } from "../api/types";

/** The other side of a comparison of floats: registers hold steps, not decimals. */
const NEAR = 1e-6;

export interface Row {
  name: string;
  parameter: Parameter;
  /** What the device told or, where it never did, what it leaves the factory with. */
  value: Value | undefined;
  /** What waits to be written. */
  waiting: Value | undefined;
  known: boolean;
  /** When the device told it; null: assumed, as from the factory. */
  toldAt: string | null;
}

/** The week program has an editor of its own; as single parameters it would be 182 fields a program. */
const OF_WEEK = /^(P\d_)?(TEMPERATUR(E)?|ENDTIME|TIMEOUT)_(MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY_\d+$/;

/** All rows; `known`: the catalogue has plain words for it. */
export function rows(set: Paramset, isKnown: (name: string) => boolean): Row[] {
  const shown = Object.entries(set.parameters).filter(([name]) => !OF_WEEK.test(name));
  return shown.map(([name, parameter]) => ({
    name,
    parameter,
    value: set.values[name],
    waiting: set.pending[name],
    known: isKnown(name),
    toldAt: set.told_at[name] ?? null,
  }));
}

/** Rows whose plain or CCU name holds all words of the search. */
export function search(all: readonly Row[], text: string, plain: (name: string) => string): Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((row) => {
    const hay = `${row.name} ${row.name.replaceAll("_", " ")} ${plain(row.name)}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}

export type Draft = Readonly<Record<string, Value>>;

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  return typeof a === "number" && typeof b === "number" ? Math.abs(a - b) < NEAR : a === b;
}

/** The draft with one more change; a value that is there already, or waits to be, is no change. */
export function edit(draft: Draft, row: Row, value: Value): Draft {
  const rest = Object.fromEntries(Object.entries(draft).filter(([name]) => name !== row.name));
  return sameValue(value, row.waiting ?? row.value) ? rest : { ...rest, [row.name]: value };
}

export type Fault = "empty" | "number" | "low" | "high" | "step" | "long";

/** What is wrong with a number as it was typed, or the number. A decimal comma and a long minus are fine too. */
export function readNumber(text: string, parameter: Parameter): { value: number } | { fault: Fault } {
  const trimmed = text.trim().replace(",", ".").replace("\u2212", "-");
  if (trimmed === "") return { fault: "empty" };
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return { fault: "number" };
  if (Object.values(parameter.special).some((special) => sameValue(special, value))) return { value };
  if (parameter.type === "INTEGER" && !Number.isInteger(value)) return { fault: "step" };
  if (parameter.min !== null && value < parameter.min - NEAR) return { fault: "low" };
  if (parameter.max !== null && value > parameter.max + NEAR) return { fault: "high" };
  return { value };
}

/** The special value that this is, by name. */
export function specialOf(value: Value | undefined, parameter: Parameter): string | null {
  const found = Object.entries(parameter.special).find(([, special]) => sameValue(special, value));
  return found?.[0] ?? null;
}

/** Channels that may have parameters of their own: all but virtual ones. */
export function memoryChannels(device: Device): number[] {
  return device.channels.filter(({ type }) => !type.startsWith("VIRTUAL_")).map(({ index }) => index);
}

export type Wake = "config" | "wake_up" | "lazy_config" | "always";

/** What lets a sleeping device take what waits for it, the quickest first. */
export function wakesBy(modes: readonly string[]): Wake {
  if (modes.some((mode) => mode === "always" || mode === "burst")) return "always";
  if (modes.includes("lazy_config")) return "lazy_config";
  return modes.includes("wake_up") ? "wake_up" : "config";
}
