// What leaves the home, summed up for the headline. Pure.

import type { Activity } from "../api/types";

export interface Today {
  bytes: number;
  recipients: string[];
  refused: number;
}

/** Transfers since midnight of this phone's day. The gate tells the last transfer of each activity only. */
export function today(activities: readonly Activity[], midnightMs: number): Today {
  const sent = activities.filter(
    (activity) => activity.last_transfer !== null && Date.parse(activity.last_transfer.at) >= midnightMs,
  );
  return {
    bytes: sent.reduce((total, activity) => total + (activity.last_transfer?.bytes ?? 0), 0),
    recipients: [...new Set(sent.flatMap((activity) => activity.recipients.map((recipient) => recipient.name)))],
    refused: activities.reduce((total, activity) => total + activity.refused_today, 0),
  };
}

export function midnight(nowMs: number): number {
  return new Date(nowMs).setHours(0, 0, 0, 0);
}

/** SHA-256 of the text's UTF-8 bytes in hex; null where the browser can't (no secure origin). */
export async function sha256(text: string): Promise<string | null> {
  const subtle = (globalThis.crypto as { subtle?: SubtleCrypto } | undefined)?.subtle;
  if (subtle === undefined) return null;
  const digest = await subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
