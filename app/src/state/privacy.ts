// What leaves the home, summed up for the headline. Pure.

import type { Activities, Given } from "../api/types";

export interface Today {
  bytes: number;
  recipients: string[];
  refused: number;
}

/** The home's day so far: what began to leave, to whom, and what it refused. */
export function today({ activities, refused_elsewhere }: Pick<Activities, "activities" | "refused_elsewhere">): Today {
  const sent = activities.filter((activity) => activity.leaves_house).flatMap((activity) => activity.today);
  return {
    bytes: sent.reduce((total, one) => total + one.bytes, 0),
    recipients: [...new Set(sent.map((one) => one.recipient))].sort(),
    refused: activities.reduce((total, activity) => total + activity.refused_today, refused_elsewhere),
  };
}

/** What of these consents lasts longest: one without an end, else the one that ends last. */
export function longest(grants: readonly Given[]): Given | null {
  const open = grants.filter(({ state }) => state === "active" || state === "suspended");
  const rank = ({ form, until }: Given) => (form === "standing" ? Infinity : until === null ? -Infinity : Date.parse(until));
  return open.reduce<Given | null>((best, one) => (best === null || rank(one) > rank(best) ? one : best), null);
}
