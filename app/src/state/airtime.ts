// Send time of the running hour: how much is left, who used it, what to do. Pure.

import type { AirtimeEntry, AirtimeReport, CauseName } from "../api/radio";
import type { Airtime, AirtimeLevel, Driver } from "../api/types";

/** Shares of the bar, 0 to 1 each, together 1. */
export interface Bar {
  used: number;
  /** For orders. */
  free: number;
  /** Kept for alarms, as far as it is not used yet. */
  alarms: number;
  /** Kept for answers to devices, which come last of all. */
  answers: number;
}

export function bar({ used_ms, limit_ms, answer_reserve_ms, alarm_reserve_ms }: AirtimeReport): Bar {
  const used = Math.min(1, used_ms / limit_ms);
  const answers = Math.min(1 - used, answer_reserve_ms / limit_ms);
  const alarms = Math.min(1 - used - answers, alarm_reserve_ms / limit_ms);
  return { used, alarms, answers, free: 1 - used - answers - alarms };
}

export interface CauseShare {
  cause: CauseName;
  name: string;
  usedMs: number;
  frames: number;
  bursts: number;
}

export interface DeviceShare {
  /** Null: frames without a receiver in this home. */
  device: string | null;
  usedMs: number;
  frames: number;
  bursts: number;
  causes: CauseShare[];
}

/** The ledger by device, the largest first, each with its causes. */
export function byDevice(entries: readonly AirtimeEntry[]): DeviceShare[] {
  const found = new Map<string | null, DeviceShare>();
  for (const entry of entries) {
    const share = found.get(entry.device) ?? { device: entry.device, usedMs: 0, frames: 0, bursts: 0, causes: [] };
    share.usedMs += entry.used_ms;
    share.frames += entry.frames;
    share.bursts += entry.bursts;
    share.causes.push({
      cause: entry.cause,
      name: entry.name,
      usedMs: entry.used_ms,
      frames: entry.frames,
      bursts: entry.bursts,
    });
    found.set(entry.device, share);
  }
  const largest = (a: { usedMs: number }, b: { usedMs: number }) => b.usedMs - a.usedMs;
  for (const share of found.values()) share.causes.sort(largest);
  return [...found.values()].sort(largest);
}

export interface Total {
  cause: CauseName;
  usedMs: number;
  share: number;
}

/** How much each kind of cause used, the largest first. share: 0 to 1 of what was used. */
export function byCause(entries: readonly AirtimeEntry[]): Total[] {
  const used = new Map<CauseName, number>();
  for (const entry of entries) used.set(entry.cause, (used.get(entry.cause) ?? 0) + entry.used_ms);
  const all = [...used.values()].reduce((sum, ms) => sum + ms, 0);
  return [...used]
    .map(([cause, usedMs]) => ({ cause, usedMs, share: all === 0 ? 0 : usedMs / all }))
    .sort((a, b) => b.usedMs - a.usedMs);
}

/** Who used most of the hour, by kind and name, such as one rule; null: nobody sent. share: of what was used. */
export function biggest(entries: readonly AirtimeEntry[]): { cause: CauseName; name: string; share: number } | null {
  const used = new Map<string, { cause: CauseName; name: string; ms: number }>();
  for (const { cause, name, used_ms } of entries) {
    const key = `${cause} ${name}`;
    used.set(key, { cause, name, ms: (used.get(key)?.ms ?? 0) + used_ms });
  }
  const [first] = [...used.values()].sort((a, b) => b.ms - a.ms);
  const all = entries.reduce((sum, { used_ms }) => sum + used_ms, 0);
  return first === undefined || all === 0 ? null : { cause: first.cause, name: first.name, share: first.ms / all };
}

export type Advice = "rule" | "api" | "background" | "bursts" | "user";

/** What helps most, by who used most. Nothing while there is plenty. */
export function advice(report: AirtimeReport): Advice | null {
  if (report.level === "normal") return null;
  const bursts = report.entries.reduce((count, entry) => count + entry.bursts, 0);
  const frames = report.entries.reduce((count, entry) => count + entry.frames, 0);
  const first = byCause(report.entries)[0];
  if (first === undefined || first.cause === "alarm") return null;
  if (first.cause === "user" && bursts * 2 > frames) return "bursts";
  return first.cause;
}

/** Whether a banner stands over all pages. */
export const levelOf = (airtime: Airtime | null): AirtimeLevel => airtime?.level ?? "normal";

export const scarceDrivers = (drivers: readonly Driver[]): Driver[] =>
  drivers.filter((driver) => driver.state === "ready" && levelOf(driver.airtime) !== "normal");
