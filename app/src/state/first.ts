// What a home that was set up by a phone still lacks, and where its owner is led: its name and timezone, a first device,
// what leaves it. Pure.

import type { Account } from "../api/account";
import type { Kept } from "../gate/memory";

/** Whether this phone should be asked for it: by its own zone `here`, and at home only, as one far away may be in another. */
export const asksFirst = (account: Account | null, by: "home" | "relay" | null, here: string): boolean =>
  account?.installation.timezone === "" && by === "home" && here !== "";

/** Whether the account has a question for its owner, which may be answered on another phone. */
export const asksOwner = (account: Account): boolean => account.installation.timezone === "" || account.review_due;

export type FirstStep = "place" | "device" | "privacy";

/** What this phone shows of it; null: nothing. `kept`: how far it came; null: it did not begin. */
export function firstStep(kept: Kept["first"] | null, asks: boolean, devices: number): FirstStep | null {
  if (kept === null) return asks ? "place" : null;
  if (kept === "done") return null;
  return kept === "device" && devices === 0 ? "device" : "privacy";
}
