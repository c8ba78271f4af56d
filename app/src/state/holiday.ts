// Party or holiday: a temperature that holds from one moment to another, as thermostats take it. Pure.

import type { Value } from "../api/types";
import { COLDEST, STEP_CELSIUS, WARMEST } from "./week";

/** Devices count in half hours. */
export const STEP_MINUTES = 30;

export type HolidayFault = "times" | "order" | "past" | "temperature";

/** The next full half hour. */
export function nextHalfHour(at: Date): Date {
  const next = new Date(at);
  next.setMinutes(Math.ceil((at.getMinutes() + 1) / STEP_MINUTES) * STEP_MINUTES, 0, 0);
  return next;
}

/** A moment as a field for date and time wants it, in the home's own time. */
export function fieldText(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function holidayFault(from: Date, until: Date, celsius: number, now: Date): HolidayFault | null {
  if (Number.isNaN(from.getTime()) || Number.isNaN(until.getTime())) return "times";
  if (until <= from) return "order";
  if (until <= now) return "past";
  return celsius >= COLDEST && celsius <= WARMEST ? null : "temperature";
}

/** The CCU's text for it: temperature, begin (minutes, day, month, year), end (the same). */
export function submission(from: Date, until: Date, celsius: number): string {
  const moment = (at: Date) => {
    const minutes = at.getHours() * 60 + Math.floor(at.getMinutes() / STEP_MINUTES) * STEP_MINUTES;
    return [minutes, at.getDate(), at.getMonth() + 1, at.getFullYear() % 100];
  };
  const warmth = (Math.round(celsius / STEP_CELSIUS) * STEP_CELSIUS).toFixed(1);
  return [warmth, ...moment(from), ...moment(until)].join(",");
}

export const STOP_PARTS = ["PARTY_STOP_YEAR", "PARTY_STOP_MONTH", "PARTY_STOP_DAY", "PARTY_STOP_TIME"] as const;

/** The end of the holiday that a thermostat told of, from the values of STOP_PARTS; null: it told none. */
export function ending(values: readonly (Value | undefined)[]): Date | null {
  const known = values.filter((value) => typeof value === "number");
  const [year, month, day, minutes] = known;
  if (known.length < values.length || year === undefined || month === undefined || day === undefined || day === 0) return null;
  return new Date(2000 + year, month - 1, day, 0, minutes ?? 0);
}
