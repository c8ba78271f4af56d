// Usage history on servers, as the gate knows it. Loaded with the page that asks.

import { page, type Page } from "../gate/phone";
import type { Activities, Activity } from "./types";

/** One day that left, or waits to. Without our copy its deletion alone is known. */
export interface Transfer {
  transfer: string;
  recipient: string;
  /** Of the values, UTC, such as 2026-11-28. */
  day: string | null;
  at: string | null;
  bytes: number | null;
  fate: "waiting" | "begun" | "delivered" | "failed" | "cut" | "";
  /** Why the recipient did not take it, a code. */
  refused: string;
  attempts: number;
  next: string | null;
  deletion: { state: "waiting" | "asked" | "confirmed"; due: string; attempts: number; answer: string } | null;
}

export interface Purpose {
  activity: string;
  /** Who is entered for it; recipients: to whom there is a consent. */
  entered: string[];
  recipients: string[];
  /** Datapoints that the owner chose. */
  series: string[];
  transfers: Transfer[];
}

/** What is sealed of one series. values: start in Unix milliseconds, mean, lowest, highest. */
export interface Inside {
  datapoint: string;
  unit: string | null;
  values: [number, number, number, number][];
}

export interface Shown {
  state: "ready" | "nothing_chosen" | "nothing_known" | "done";
  day: string | null;
  next: Following | null;
}

/** until: when it is thrown away, unless somebody agrees before; null: under a consent. */
export interface Following extends Exactly {
  addressee: string;
  at: string;
  until: string | null;
  inside: Inside[];
}

export interface Exactly {
  text: string;
  sha256: string;
  bytes: number;
}

/** Everything of the page: each purpose with its activity. most: series of one purpose. */
export interface Histories {
  purposes: (Purpose & { about: Activity })[];
  most: number;
}

const PLACE = "/gate/v1/histories";

export const historiesApi = (language: string) => ({
  async look(): Promise<Page<Histories>> {
    const [told, known] = await Promise.all([
      page<{ purposes: Purpose[]; most: number }>(`${PLACE}?lang=${language}`),
      page<Activities>(`/gate/v1/activities?lang=${language}`),
    ]);
    const purposes = told.value.purposes.flatMap((purpose) => {
      const about = known.value.activities.find(({ id }) => id === purpose.activity);
      return about === undefined ? [] : [{ ...purpose, about }];
    });
    return { value: { purposes, most: told.value.most }, confirmed: told.confirmed && known.confirmed };
  },
  async choose(activity: string, add: string[], leaveOut: string[]): Promise<string[]> {
    const asked = { activity, add, leave_out: leaveOut };
    return (await page<{ series: string[] }>(`${PLACE}?lang=${language}`, "POST", asked)).value.series;
  },
  async preview(activity: string, recipient: string): Promise<Shown> {
    return (await page<Shown>(`${PLACE}/previews?lang=${language}`, "POST", { activity, recipient })).value;
  },
  async copy(transfer: string): Promise<Exactly> {
    return (await page<Exactly>(`${PLACE}/copies?lang=${language}&transfer=${transfer}`)).value;
  },
  async askBack(activity: string, transfer: string): Promise<void> {
    await page(`${PLACE}/deletions?lang=${language}`, "POST", { activity, transfer });
  },
});
