// What a home that was set up by a phone still lacks. Pure.

import type { Account } from "../api/account";

/** Whether this phone should be asked for it: by its own zone `here`, and at home only, as one far away may be in another. */
export const asksFirst = (account: Account | null, by: "home" | "relay" | null, here: string): boolean =>
  account?.installation.timezone === "" && by === "home" && here !== "";
