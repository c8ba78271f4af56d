// Values, ages and sizes as people read them. Pure: language and time are arguments.

import type { Parameter, Value } from "../api/types";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** "12 seconds ago"; a clock that runs ahead counts as now. */
export function age(atMs: number, nowMs: number, language: string): string {
  const since = Math.max(0, nowMs - atMs);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });
  if (since < MINUTE) return relative.format(-Math.floor(since / SECOND), "second");
  if (since < HOUR) return relative.format(-Math.floor(since / MINUTE), "minute");
  if (since < DAY) return relative.format(-Math.floor(since / HOUR), "hour");
  return relative.format(-Math.floor(since / DAY), "day");
}

/** How long until an age reads differently, in ms. */
export function nextAgeMs(atMs: number, nowMs: number): number {
  const since = Math.max(0, nowMs - atMs);
  const unit = since < MINUTE ? SECOND : since < HOUR ? MINUTE : since < DAY ? HOUR : DAY;
  return unit - (since % unit) + 20;
}

/** "6 d 3 h", for what is left of a consent or a countdown. */
export function span(ms: number, language: string): string {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "narrow" }).format(value);
  const left = Math.max(0, ms);
  if (left >= DAY) return `${unit(Math.floor(left / DAY), "day")} ${unit(Math.floor((left % DAY) / HOUR), "hour")}`;
  if (left >= HOUR)
    return `${unit(Math.floor(left / HOUR), "hour")} ${unit(Math.floor((left % HOUR) / MINUTE), "minute")}`;
  if (left >= MINUTE) return unit(Math.floor(left / MINUTE), "minute");
  return unit(Math.floor(left / SECOND), "second");
}

/** "12 minutes", for a forecast. */
export function about(ms: number, language: string): string {
  const [value, unit] = ms < HOUR ? [Math.max(1, Math.round(ms / MINUTE)), "minute"] : [Math.round(ms / HOUR), "hour"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

/** "45 seconds", "13 minutes": how long to wait, rather too long than too short. */
export function pause(ms: number, language: string): string {
  const [value, unit] = ms <= 90 * SECOND ? [ms / SECOND, "second"] : [ms / MINUTE, "minute"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(Math.ceil(value));
}

/** "4.2 s", for send time. */
export function seconds(ms: number, language: string): string {
  const digits = ms < SECOND ? 2 : ms < 10 * SECOND ? 1 : 0;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: "second",
    unitDisplay: "short",
    maximumFractionDigits: digits,
  }).format(ms / SECOND);
}

/** Homes with these devices are in Europe: English dates are British ones, and no a.m. or p.m. */
const region = (language: string) => (language === "en" ? "en-GB" : language);

export function dateTime(atMs: number, language: string): string {
  return new Intl.DateTimeFormat(region(language), { dateStyle: "medium", timeStyle: "short" }).format(atMs);
}

/** A day (UTC) as data has it, such as 2026-11-28, in words. */
export const date = (day: string, language: string): string =>
  new Intl.DateTimeFormat(region(language), { dateStyle: "medium", timeZone: "UTC" }).format(Date.parse(day));

/** The days of a week, Monday first. */
export function dayNames(language: string, style: "long" | "short"): string[] {
  const name = new Intl.DateTimeFormat(region(language), { weekday: style, timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, at) => name.format(Date.UTC(2024, 0, 1 + at)));
}

export function clock(atMs: number, language: string): string {
  return new Intl.DateTimeFormat(region(language), { timeStyle: "short" }).format(atMs);
}

export function bytes(count: number, language: string): string {
  const [value, unit] = count < 1000 ? [count, "byte"] : count < 1e6 ? [count / 1e3, "kilobyte"] : [count / 1e6, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}

/** With a minus sign as long as a plus sign: a hyphen before a number is easily overlooked. */
const withMinus = (text: string) => text.replace(/-(?=\d)/, "\u2212");

/** A number with as many decimals as its step has, at most two, and three digits that mean something. */
export function number(value: number, language: string, step: number | null = null): string {
  const size = Math.abs(value);
  const digits = Math.min(step === null ? 1 : decimals(step), size >= 100 ? 0 : size >= 10 ? 1 : 2);
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: step === null ? 0 : digits, maximumFractionDigits: digits });
  return withMinus(format.format(value));
}

export function decimals(step: number): number {
  const text = String(step);
  const point = text.indexOf(".");
  return point < 0 ? 0 : Math.min(2, text.length - point - 1);
}

/** A signal's strength, "−61.5 dBm". */
export const decibels = (dbm: number, language: string) => `${number(dbm, language, 1)}\u202fdBm`;

/** A value 0.0 to 1.0 that people know as percent (LEVEL). */
export function isShare(parameter: Parameter): boolean {
  return parameter.type === "FLOAT" && parameter.max !== null && parameter.max > 0.99 && parameter.max < 1.02 && parameter.min === 0;
}

export function percent(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

const UNIT: Record<string, string> = { "100%": "%" };

/** A measured number with its unit. */
export function quantity(value: number, parameter: Parameter, language: string): string {
  if (isShare(parameter)) return percent(value, language);
  const text = number(value, language, parameter.type === "INTEGER" ? 1 : parameter.step);
  const unit = parameter.unit === null ? "" : (UNIT[parameter.unit] ?? parameter.unit);
  return unit === "" ? text : `${text}\u202f${unit}`;
}

/** The next value in steps, inside the parameter's range. */
export function stepped(value: number, by: number, parameter: Parameter): number {
  const step = parameter.step ?? 1;
  const raw = Math.round((value + by * step) / step) * step;
  const within = Math.min(parameter.max ?? raw, Math.max(parameter.min ?? raw, raw));
  return Number(within.toFixed(decimals(step)));
}

export const isNumber = (value: Value | undefined): value is number => typeof value === "number";
