// What leaves the home, summed up for the headline. Pure.

import type { Activities } from "../api/types";

export interface Today {
  bytes: number;
  recipients: string[];
  refused: number;
}

/** The gate's day so far: what began to leave, to whom, and what it refused. */
export function today({ activities, refused_elsewhere }: Pick<Activities, "activities" | "refused_elsewhere">): Today {
  const sent = activities.filter((activity) => activity.leaves_house).flatMap((activity) => activity.today);
  return {
    bytes: sent.reduce((total, one) => total + one.bytes, 0),
    recipients: [...new Set(sent.map((one) => one.recipient))].sort(),
    refused: activities.reduce((total, activity) => total + activity.refused_today, refused_elsewhere),
  };
}

/** When the gate's day begins: midnight UTC, in ms. */
export const dayBegins = (day: string): number => Date.parse(`${day}T00:00:00.000Z`);
