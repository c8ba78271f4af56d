// A thermostat's week: a pure editor. Limits: docs/protocols/bidcos.md, "Week program".

import type { Day, Period, Week } from "../api/memory";

export const DAY_MINUTES = 1440;
export const STEP_MINUTES = 5;
export const MOST_PERIODS = 13;
export const COLDEST = 5;
export const WARMEST = 30;
export const STEP_CELSIUS = 0.5;

/** Minutes as "06:30"; the end of the day is "24:00". */
export function clockText(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Minutes of "6:30", "06:30", "0630" or "24:00", rounded to five; null for what is no time. */
export function readClock(text: string): number | null {
  const parts = /^\s*(\d{1,2})[:.h]?(\d{2})\s*$/.exec(text);
  const [, hours, minutes] = parts ?? [];
  if (hours === undefined || minutes === undefined || Number(minutes) > 59) return null;
  const found = Math.round((Number(hours) * 60 + Number(minutes)) / STEP_MINUTES) * STEP_MINUTES;
  return found <= DAY_MINUTES ? found : null;
}

/** When a period begins. */
export const beginOf = (day: Day, index: number): number => (index === 0 ? 0 : (day[index - 1]?.until_minutes ?? 0));

const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The times between which a period's end may be moved: its neighbours keep five minutes each. */
export function endRange(day: Day, index: number): [number, number] {
  const low = beginOf(day, index) + STEP_MINUTES;
  const next = day[index + 1];
  return [low, next === undefined ? DAY_MINUTES : next.until_minutes - STEP_MINUTES];
}

/** Another end; kept between the neighbours. The last period always ends with the day. */
export function moveEnd(day: Day, index: number, minutes: number): Day {
  if (index >= day.length - 1) return day;
  const [low, high] = endRange(day, index);
  const until = within(Math.round(minutes / STEP_MINUTES) * STEP_MINUTES, low, high);
  return day.map((period, at) => (at === index ? { ...period, until_minutes: until } : period));
}

/** Another temperature, in steps of half a degree, within the range. */
export function warm(day: Day, index: number, celsius: number): Day {
  const value = within(Math.round(celsius / STEP_CELSIUS) * STEP_CELSIUS, COLDEST, WARMEST);
  return day.map((period, at) => (at === index ? { ...period, temperature_celsius: value } : period));
}

export const canSplit = (day: Day, index: number): boolean =>
  day.length < MOST_PERIODS && (day[index]?.until_minutes ?? 0) - beginOf(day, index) >= 2 * STEP_MINUTES;

/** Cut a period in two halves of the same temperature. */
export function split(day: Day, index: number): Day {
  const period = day[index];
  if (period === undefined || !canSplit(day, index)) return day;
  const middle = (beginOf(day, index) + period.until_minutes) / 2;
  const first: Period = { ...period, until_minutes: Math.floor(middle / STEP_MINUTES) * STEP_MINUTES };
  return [...day.slice(0, index), first, ...day.slice(index)];
}

/** Take a period away; the one after it begins earlier, and before the end of the day the one before lasts longer. */
export function remove(day: Day, index: number): Day {
  if (day.length <= 1) return day;
  const rest = day.filter((_, at) => at !== index);
  return rest.map((period, at) => (at === rest.length - 1 ? { ...period, until_minutes: DAY_MINUTES } : period));
}

/** A week in which these days are like that one. */
export function copyDay(week: Week, from: number, to: ReadonlySet<number>): Week {
  const source = week[from];
  return source === undefined ? week : week.map((day, at) => (to.has(at) ? source : day));
}

export const withDay = (week: Week, at: number, day: Day): Week => week.map((old, index) => (index === at ? day : old));

export function sameDay(a: Day, b: Day): boolean {
  return (
    a.length === b.length &&
    a.every((period, at) => {
      const other = b[at];
      return period.until_minutes === other?.until_minutes && period.temperature_celsius === other.temperature_celsius;
    })
  );
}

/** Days that are not as they were. */
export function changedDays(before: Week, after: Week): number[] {
  return after.flatMap((day, at) => (sameDay(before[at] ?? [], day) ? [] : [at]));
}

/** Neighbours of the same temperature become one period: the device has room for 13. */
export function tidy(day: Day): Day {
  return day.filter((period, at) => day[at + 1]?.temperature_celsius !== period.temperature_celsius);
}

export type WeekFault = "shape" | "order" | "end" | "many" | "range";

/** What keeps a week from being written; null: nothing. Also a week that the device told may be wrong. */
export function faultOf(week: Week): WeekFault | null {
  if (week.length !== 7 || week.some((day) => day.length === 0)) return "shape";
  for (const day of week) {
    if (day.length > MOST_PERIODS) return "many";
    if (day.at(-1)?.until_minutes !== DAY_MINUTES) return "end";
    if (day.some((period, at) => period.until_minutes <= beginOf(day, at))) return "order";
    if (day.some(({ temperature_celsius: t }) => t < COLDEST || t > WARMEST)) return "range";
  }
  return null;
}

/** The period that holds at a minute of the day. */
export function periodAt(day: Day, minutes: number): number {
  const found = day.findIndex((period) => minutes < period.until_minutes);
  return found < 0 ? day.length - 1 : found;
}
