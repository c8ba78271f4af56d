// Figures that may leave, as the gate knows them: anonymous statistics and monitoring. Loaded with the page that asks.

import { page, type Page } from "../gate/phone";
import type { Activities, Activity } from "./types";

export interface Metric {
  /** As the wire calls it. */
  name: string;
  text: string;
  /** All that it may say, such as 0-4, 5-14, 15+. */
  answers: string;
  reason: string;
}

/** A copy of what left; text is exactly the bytes. */
export interface Sent {
  recipient: string;
  at: string;
  text: string;
  sha256: string;
  bytes: number;
  result: string;
}

/** Of both. recipients: to whom there is a consent. */
interface Told {
  activity: string;
  recipients: string[];
  metrics: Metric[];
  last: Sent | null;
}

/** One week's question. at: when its answer leaves or left. */
export interface Week {
  week: string;
  metric: string;
  state: "planned" | "drawn" | "sent" | "missed" | "assumed";
  at: string;
  epsilon_milli: number;
}

/** Thousandths of ε, and how often somebody who knows all else guesses right by them, of 1000. */
export interface Epsilon {
  answer_milli: number;
  /** Such as 2026-11. */
  month: string;
  month_milli: number;
  month_limit_milli: number;
  life_milli: number;
  life_limit_milli: number;
  guess_permille: { answer: number; month: number; life: number };
}

export interface Telemetry extends Told {
  week: string;
  /** The metric of this week. */
  asked: string;
  epsilon: Epsilon;
  example: string;
  /** Oldest first. */
  weeks: Week[];
}

/** Exactly what leaves next to one recipient. week: of its pseudonym. */
export interface Next {
  recipient: string;
  week: string;
  at: string;
  text: string;
  sha256: string;
  bytes: number;
}

export interface Monitor extends Told {
  next: Next[];
}

export interface Figures {
  telemetry: Telemetry & { about: Activity };
  monitor: Monitor & { about: Activity };
}

export async function lookAtFigures(language: string): Promise<Page<Figures>> {
  const [telemetry, monitor, known] = await Promise.all([
    page<Telemetry>(`/gate/v1/telemetry?lang=${language}`),
    page<Monitor>(`/gate/v1/monitor?lang=${language}`),
    page<Activities>(`/gate/v1/activities?lang=${language}`),
  ]);
  const about = (id: string): Activity => {
    const found = known.value.activities.find((one) => one.id === id);
    if (found === undefined) throw new Error(`the gate knows no activity ${id}`);
    return found;
  };
  return {
    value: {
      telemetry: { ...telemetry.value, about: about(telemetry.value.activity) },
      monitor: { ...monitor.value, about: about(monitor.value.activity) },
    },
    confirmed: telemetry.confirmed && monitor.confirmed && known.confirmed,
  };
}
