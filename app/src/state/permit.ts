// What a phone may, as its owner writes it: role, rooms, hours, an end. Pure. The hub's twin is hub/home/permits.py.

import type { Hours, Permit, PhoneInfo } from "../api/phones";
import type { Role } from "../api/types";
import { fieldText } from "./holiday";
import { clockText, DAY_MINUTES } from "./week";

export const ROLES = ["resident", "guest", "carer", "owner"] as const satisfies readonly Role[];
export const WEEK = [1, 2, 3, 4, 5, 6, 7] as const; // 1 is Monday
const LONGEST_MS = 731 * 86_400_000;
const MIDNIGHT = "00:00"; // as an end: that of the day, since fields for a time know no 24:00
const LONG_RUN = 3;

/** `from`, `to`: as fields for a time have them; `until`: as one for date and time; null: no limit. */
export interface Draft {
  name: string;
  role: Role;
  rooms: readonly string[] | null;
  hours: { days: readonly number[]; from: string; to: string } | null;
  until: string | null;
}

/** The fields that something may be wrong with, as the hub names them. */
export const PARTS = ["name", "role", "rooms", "hours", "expires"] as const;
export type Part = (typeof PARTS)[number];
export type Fault = "room" | "day" | "time" | "order" | "end" | "past" | "far";

export const NEW: Draft = { name: "", role: "resident", rooms: null, hours: null, until: null };

/** What a limit begins as when it is chosen. */
export const FIRST_HOURS: NonNullable<Draft["hours"]> = { days: [1, 2, 3, 4, 5], from: "08:00", to: "12:00" };

/** A week on, at the full hour. */
export function firstEnd(nowMs: number): string {
  return fieldText(new Date(nowMs + 7 * 86_400_000)).replace(/\d\d$/, "00");
}

/** A phone's permit as a draft; rooms that are no more are left out. */
export function draftOf(phone: PhoneInfo, known: readonly string[]): Draft {
  const { hours, rooms, expires } = phone;
  return {
    name: phone.name,
    role: phone.role ?? NEW.role,
    rooms: rooms?.filter((room) => known.includes(room)) ?? null,
    hours:
      hours === null
        ? null
        : {
            days: hours.days,
            from: clockText(hours.from_minutes),
            to: hours.to_minutes === DAY_MINUTES ? MIDNIGHT : clockText(hours.to_minutes),
          },
    until: expires === null ? null : fieldText(new Date(expires)),
  };
}

/** What is wrong with a draft, by its field. `before`: what held until now and need not be right any more. */
export function faultsOf(draft: Draft, nowMs: number, before: Draft | null = null): Partial<Record<Part, Fault>> {
  if (draft.role === "owner") return {}; // an owner has no limits
  const { rooms, hours, until } = draft;
  const [from, to] = minutesOf(draft);
  const end = until === null ? null : Date.parse(until);
  const found: [Part, Fault | false | null][] = [
    ["rooms", rooms?.length === 0 && "room"],
    [
      "hours",
      hours === null ? null : hours.days.length === 0 ? "day" : from === null || to === null ? "time" : from >= to && "order",
    ],
    [
      "expires",
      end === null || until === before?.until
        ? null
        : Number.isNaN(end) ? "end" : end <= nowMs ? "past" : end > nowMs + LONGEST_MS && "far",
    ],
  ];
  return Object.fromEntries(found.filter(([, fault]) => typeof fault === "string"));
}

/** Minutes of "08:30"; null: the field is empty. */
export const readMinutes = (text: string): number | null =>
  /^\d\d:\d\d$/.test(text) ? Number(text.slice(0, 2)) * 60 + Number(text.slice(3)) : null;

function minutesOf({ hours }: Draft): [number | null, number | null] {
  if (hours === null) return [null, null];
  return [readMinutes(hours.from), hours.to === MIDNIGHT ? DAY_MINUTES : readMinutes(hours.to)];
}

/** The draft as the hub takes it; of a draft without faults. */
export function permitOf(draft: Draft): Permit {
  const { role, rooms, hours, until } = draft;
  if (role === "owner") return { role, rooms: null, hours: null, expires: null };
  const [from, to] = minutesOf(draft);
  return {
    role,
    rooms: rooms === null ? null : [...rooms],
    hours: hours === null ? null : { days: [...hours.days].sort(), from_minutes: from ?? 0, to_minutes: to ?? DAY_MINUTES },
    expires: until === null ? null : new Date(until).toISOString(),
  };
}

const hoursKey = (hours: Hours | null): string =>
  hours === null ? "" : [...hours.days.slice().sort(), hours.from_minutes, hours.to_minutes].join();

/** The members that differ: what is not named stays as it is, an end that nobody touched for example. */
export function changesOf(phone: PhoneInfo, before: Draft, draft: Draft): Partial<Permit & { name: string }> {
  const { role, rooms, hours, expires } = permitOf(draft);
  const sameHours = hoursKey(hours) === hoursKey(phone.hours);
  const sameRooms = rooms?.slice().sort().join() === phone.rooms?.slice().sort().join();
  const sameEnd = expires === null ? phone.expires === null : draft.until === before.until;
  return {
    ...(draft.name === phone.name ? {} : { name: draft.name }),
    ...(role === phone.role ? {} : { role }),
    ...(sameRooms ? {} : { rooms }),
    ...(sameHours ? {} : { hours }),
    ...(sameEnd ? {} : { expires }),
  };
}

/** Of a refusal: which field it is about; null: of none here. */
export function partOf(field: string | undefined): Part | null {
  const first = field?.split(".")[0];
  return PARTS.find((part) => part === first) ?? null;
}

// in words

/** "Mon–Fri 08:00–12:00"; three days and more in a row are a run. `names`: Monday first. */
export function hoursText({ days, from_minutes, to_minutes }: Hours, names: readonly string[]): string {
  const runs: number[][] = [];
  for (const day of [...days].sort()) {
    const last = runs.at(-1);
    if (last?.at(-1) === day - 1) last.push(day);
    else runs.push([day]);
  }
  const name = (day: number | undefined) => names[(day ?? 1) - 1] ?? "";
  const said = runs.flatMap((run) => (run.length < LONG_RUN ? run.map(name) : [`${name(run[0])}–${name(run.at(-1))}`]));
  return `${said.join(", ")} ${clockText(from_minutes)}–${clockText(to_minutes)}`;
}
