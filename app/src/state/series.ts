// History for drawing and reading: what can be charted, its columns, its summary, a table short enough to read. Pure.

import type { Channel, Device, HistoryAnswer, Parameter } from "../api/types";
import { DAY, HOUR } from "./format";

export const RANGES = { day: DAY, week: 7 * DAY, month: 30 * DAY } as const;
export type Range = keyof typeof RANGES;

export interface Columns {
  /** Seconds since 1970, as the chart wants them. */
  times: number[];
  /** Null: a gap. */
  means: (number | null)[];
  lows: (number | null)[];
  highs: (number | null)[];
}

/** What people look at first, best first. */
const LIKED = ["ACTUAL_TEMPERATURE", "TEMPERATURE", "POWER", "LEVEL", "STATE"];

/** The id to draw when nobody has chosen one. */
export function favourite(ids: readonly string[]): string | null {
  for (const name of LIKED) {
    const found = ids.find((id) => id.endsWith(`.${name}`));
    if (found !== undefined) return found;
  }
  return ids[0] ?? null;
}

/** Values that say what is to come, or what happens just now, and have no course. */
const PASSING = /^(PARTY_.*|NEXT_TRANSMISSION|WORKING.*|DIRECTION.*)$/;

/** Values that have a course over time worth drawing. */
export function isCharted(parameter: Parameter): boolean {
  return parameter.readable && ["BOOL", "FLOAT", "INTEGER", "ENUM"].includes(parameter.type);
}

/** All values of a device with a course worth drawing. */
export function charted(device: Device): { channel: Channel; name: string }[] {
  return device.channels
    .filter((channel) => channel.index > 0)
    .flatMap((channel) =>
      Object.entries(channel.parameters)
        .filter(([name, parameter]) => isCharted(parameter) && !PASSING.test(name))
        .map(([name]) => ({ channel, name })),
    );
}

export function columns(answer: HistoryAnswer, scale = 1): Columns {
  return {
    times: answer.points.map((point) => point[0] / 1000),
    means: answer.points.map((point) => point[1] * scale),
    lows: answer.points.map((point) => point[2] * scale),
    highs: answer.points.map((point) => point[3] * scale),
  };
}

/** Columns of a state (on, open, a mode): a mean says nothing, the highest does; it holds until something else is heard. */
export function stateColumns(answer: HistoryAnswer, untilMs: number): Columns {
  const { times, lows, highs } = columns(answer);
  const last = highs.at(-1);
  if (last === undefined) return { times, means: highs, lows, highs };
  const lines = [...highs, last];
  return { times: [...times, untilMs / 1000], means: lines, lows: [...lows, last], highs: lines };
}

export interface Extremes {
  min: number;
  mean: number;
  max: number;
}

/** The mean is weighed by time: each point is the mean of a slot, all of one length but the last, which goes on. */
export function extremes(answer: HistoryAnswer, untilMs: number): Extremes | null {
  if (answer.points.length === 0) return null;
  const lasts = lastsOf(answer, untilMs);
  const sum = answer.points.reduce((total, point) => total + point[1] * lasts(point[0]), 0);
  return {
    min: answer.points.reduce((low, point) => Math.min(low, point[2]), Infinity),
    mean: sum / answer.points.reduce((total, point) => total + lasts(point[0]), 0),
    max: answer.points.reduce((high, point) => Math.max(high, point[3]), -Infinity),
  };
}

/** How long a slot lasts, in milliseconds, by its start; at least one. */
function lastsOf({ resolution_s }: HistoryAnswer, untilMs: number): (atMs: number) => number {
  return (atMs) => Math.max(1, Math.min(resolution_s * 1000, untilMs - atMs));
}

export interface TableRow {
  atMs: number;
  mean: number;
  min: number;
  max: number;
}

/** Rows of one hour (day), six hours (week) or a day (month), newest first; means by time. */
export function tableRows(answer: HistoryAnswer, range: Range, untilMs: number): TableRow[] {
  const width = range === "day" ? HOUR : range === "week" ? 6 * HOUR : DAY;
  const lasts = lastsOf(answer, untilMs);
  const rows = new Map<number, TableRow & { lastsMs: number }>();
  for (const [atMs, mean, min, max] of answer.points) {
    const slot = Math.floor(atMs / width) * width;
    const row = rows.get(slot);
    if (row === undefined) {
      rows.set(slot, { atMs: slot, mean, min, max, lastsMs: lasts(atMs) });
    } else {
      row.lastsMs += lasts(atMs);
      row.mean += ((mean - row.mean) * lasts(atMs)) / row.lastsMs;
      row.min = Math.min(row.min, min);
      row.max = Math.max(row.max, max);
    }
  }
  return [...rows.values()]
    .map(({ atMs, mean, min, max }) => ({ atMs, mean, min, max }))
    .reverse();
}
