// What a new home still lacks, and where its owner is led: its name and timezone, a first device, what leaves it. Pure.

import type { Account } from "../api/account";

/** Whether this phone should be asked for it: by its own zone `here`, and at home only, as one far away may be in another. */
export const asksFirst = (account: Account | null, by: "home" | "relay" | null, here: string): boolean =>
  account?.installation.timezone === "" && by === "home" && here !== "";

/** Whether the account has a question for its owner, which may be answered on another phone. */
export const asksOwner = (account: Account): boolean => account.installation.timezone === "" || account.review_due;

export type FirstStep = "place" | "device" | "privacy";

/** How far somebody came with it. */
export type Reached = FirstStep | "done";

/** What is shown of it; null: nothing. `reached`: how far they came; null: they did not begin. */
export function firstStep(reached: Reached | null, asks: boolean, devices: number): FirstStep | null {
  if (reached === null) return asks ? "place" : null;
  if (reached === "done") return null;
  return reached === "device" && devices > 0 ? "privacy" : reached;
}
