// What can be done about a new version, from what the gate tells. Pure.

import type { Updates } from "../api/types";

/** asked: its installation was asked for; possible: a command asks for it; by_hand: nobody installs by itself here. */
export type Installing = "asked" | "possible" | "by_hand";

export function installing({ update, can_install, requested }: Pick<Updates, "update" | "can_install" | "requested">): Installing | null {
  if (requested) return "asked";
  if (update === null) return null;
  return can_install ? "possible" : "by_hand";
}
